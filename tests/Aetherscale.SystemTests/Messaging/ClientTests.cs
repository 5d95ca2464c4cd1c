using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>Clients that are not ours, with real VMs.</summary>
[Collection(BrokerTests.Name)]
public sealed class ClientTests(Broker broker) : IAsyncLifetime
{
    private readonly string _url = broker.UrlOf(broker.NewVirtualHost());
    private TestHost _host = null!;

    public ValueTask InitializeAsync()
    {
        _host = TestHost.Prepare(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = _url }, "polite", "deaf");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    [InlineData("direct")]
    [InlineData("no-correlation-id")]
    public async Task A_client_creates_lists_stops_starts_and_deletes_a_vm(string layout)
    {
        await StartAsync();

        var lines = await PikaClient.RunAsync("session", _url, layout, "polite");

        Assert.Equal(
            [
                "create-vm starting", "list-vms ['running']", "stop-vm stopped", "list-vms ['stopped']",
                "start-vm starting", "list-vms ['running']", "delete-vm deleted", "list-vms []",
            ],
            lines);
    }

    [Fact]
    public async Task B32_Rubbish_is_answered_with_what_is_wrong_and_the_next_message_with_what_it_asks_for()
    {
        await StartAsync();

        var lines = await PikaClient.RunAsync("rubbish", _url);

        Assert.Equal(
            [
                "bad-json", "bad-json", "bad-json", "bad-request", "bad-request", "bad-request", "unknown-command", "bad-request",
                "bad-json", "bad-json", "bad-request",
                "ok", "ok", "ok", "ok", "ok",
                "-", "-", "-", "-", "-",
                "answered 21",
            ],
            lines);
        Assert.Equal(1, _host.Count("Takes commands from the broker"));
        await broker.WaitForEmptyQueuesAsync(_url[(_url.LastIndexOf('/') + 1)..]);
    }

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("direct")]
    [InlineData("no-reply")]
    public async Task The_command_of_a_requester_who_has_left_is_carried_out(string layout)
    {
        await StartAsync();

        await PikaClient.RunAsync("leave", _url, layout, """{"command": "create-vm", "options": {"image": "polite", "name": "orphan", "no-start": true}}""");

        await Wait.UntilAsync("the VM is there", async () => (await _host.RunAsync("list-vms")).GetArrayLength() == 1);
        Assert.Equal("orphan", (await PikaClient.AskAsync(_url, """{"command": "list-vms"}"""))[0].GetProperty("response")[0].GetProperty("name").GetString());
        Assert.Equal(1, _host.Count("Takes commands from the broker"));
        await broker.WaitForEmptyQueuesAsync(_url[(_url.LastIndexOf('/') + 1)..]);
    }

    [Fact]
    public async Task What_was_declared_otherwise_before_is_used_as_it_is()
    {
        await PikaClient.RunAsync("otherwise", _url);

        await StartAsync();

        Assert.Equal(3, _host.Count("declared otherwise than here"));
        var create = """{"command": "create-vm", "options": {"image": "polite", "no-start": true}}""";
        await using var client = await AmqpClient.ConnectAsync(_url);
        foreach (var exchange in new[] { "", "computing" })
        {
            var reply = await client.ReplyAsync(await client.SendAsync(create, exchange, exchange.Length == 0 ? "vm-queue" : "create-vm"));
            Assert.Equal("stopped", reply.GetProperty("response").GetProperty("status").GetString());
        }
    }

    private async Task StartAsync()
    {
        await _host.StartDaemonAsync();
        await _host.WaitForBrokerAsync();
    }
}

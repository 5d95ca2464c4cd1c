using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>The daemon is killed between a command and its acknowledgement; the broker delivers the message to the next one.</summary>
[Collection(BrokerTests.Name)]
public sealed class RedeliveryTests(Broker broker) : IAsyncLifetime
{
    private const string Create = """{"command": "create-vm", "options": {"image": "polite", "name": "web"}}""";

    private readonly string _url = broker.UrlOf(broker.NewVirtualHost());
    private readonly FakeQemu _qemu = new("""exec "$QEMU" "$@" """);
    private FaultTracer _tracer = null!;
    private TestHost _host = null!;
    private AmqpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _tracer = await FaultTracer.CreateAsync();
        _host = TestHost.Prepare(new Dictionary<string, string>(_qemu.Settings) { ["AETHERSCALE_BROKER"] = _url }, "polite");
        _host.Launcher = _tracer.LauncherFor(_host);
        await _host.StartDaemonAsync();
        await _host.WaitForBrokerAsync();

        // Later creates do not make the network's units any more, and so the same calls each time.
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{await _host.CreateAsync("polite", """, "no-start": true""")}}"}""");
        _client = await AmqpClient.ConnectAsync(_url);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
        _tracer.Dispose();
        _qemu.Dispose();
    }

    /// <summary>The first text is part of the last call before the commit, the second of one after it.</summary>
    [Theory]
    [InlineData("rename /", ".unfinished-")]
    [InlineData("fsync /", "vm.json")]
    public Task B04_A_message_whose_daemon_was_killed_before_the_commit_makes_one_vm(string call, string what) => KilledAsync(call, what);

    [Theory]
    [InlineData("rename /", ".done")]
    [InlineData("symlink /", ".target.wants")]
    [InlineData("unlink /", "/creating")]
    public Task B03_A_message_whose_daemon_was_killed_after_the_commit_makes_one_vm_and_gets_its_reply(string call, string what) =>
        KilledAsync(call, what);

    [Fact]
    public async Task B03_A_message_whose_daemon_was_killed_in_the_midst_of_the_start_makes_one_vm_and_gets_its_reply()
    {
        _qemu.Become("sleep 1000");
        var message = await _client.SendAsync(Create, messageId: "m-1");
        await Wait.UntilAsync("the VM is being started", async () => (await _host.RunAsync("list-vms")).EnumerateArray().Any(vm => vm.GetProperty("status").GetString() is "starting" or "running"));
        await _host.KillDaemonAsync();
        _qemu.Become("""exec "$QEMU" "$@" """);
        var vm = Directory.GetDirectories($"{_host.Data}/vms").Select(Path.GetFileName).Single();
        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(vm!))).Succeeded();
        await _host.StartDaemonAsync();

        await AssertOneVmAsync(message);
    }

    private async Task KilledAsync(string call, string what)
    {
        _tracer.Arm(0);
        await _client.ReplyAsync(await _client.SendAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "first"}}""", messageId: "m-0"), 20);
        var number = 1 + _tracer.Report.Where(line => line.Contains($" {call}", StringComparison.Ordinal))
            .Index().First(line => line.Item.Contains(what, StringComparison.Ordinal)).Index;
        _tracer.Disarm();
        await _host.RunAsync("delete-vm", """{"vm-id": "first"}""");

        _tracer.Arm(number, text: call);
        var message = await _client.SendAsync(Create, messageId: "m-1");
        await _host.WaitForDaemonsEndAsync();
        Assert.False(_tracer.IsArmed);
        await _host.StartDaemonAsync();

        await AssertOneVmAsync(message);
    }

    private async Task AssertOneVmAsync(string message)
    {
        var reply = await _client.ReplyAsync(message, 30);
        Assert.True(reply.TryGetProperty("response", out var response), $"{reply}\n{_host.Log}");
        Assert.Equal("starting", response.GetProperty("status").GetString());
        var vm = (await _host.RunAsync("list-vms")).EnumerateArray().Single();
        Assert.Equal(response.GetProperty("vm-id").GetString(), vm.GetProperty("vm-id").GetString());
        await Wait.UntilAsync("it runs", async () => await _host.StatusAsync(vm.GetProperty("vm-id").GetString()!) == "running");

        // The same message again, from a client that has not heard.
        var again = await _client.ReplyAsync(await _client.SendAsync(Create, messageId: "m-1"), 20);
        Assert.Equal(reply.GetRawText(), again.GetRawText());
    }
}

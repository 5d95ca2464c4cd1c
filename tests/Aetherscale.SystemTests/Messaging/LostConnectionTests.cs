using System.Globalization;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>The way to the broker is cut, at bad times; the broker itself goes on, and delivers again what was not acknowledged.</summary>
[Collection(BrokerTests.Name)]
public sealed class LostConnectionTests(Broker broker) : IAsyncLifetime
{
    private const string Create = """{"command": "create-vm", "options": {"image": "polite"}}""";

    private readonly string _virtualHost = broker.NewVirtualHost();
    private readonly TcpProxy _way = new(broker.Port);

    /// <summary>A start that takes so long that the connection can be cut in the midst of it.</summary>
    private readonly FakeQemu _slow = new("""sleep 1.5; exec "$QEMU" "$@" """);
    private TestHost _host = null!;
    private AmqpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string>(_slow.Settings) { ["AETHERSCALE_BROKER"] = $"amqp://127.0.0.1:{_way.Port}/{_virtualHost}" };
        _host = await TestHost.StartAsync(settings, "polite");
        await _host.WaitForBrokerAsync();
        _client = await AmqpClient.ConnectAsync(broker.UrlOf(_virtualHost));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
        await _way.DisposeAsync();
        _slow.Dispose();
    }

    [Fact]
    public async Task A_command_whose_connection_is_cut_runs_once_and_is_answered_once()
    {
        var first = await _client.SendAsync(Create);
        var second = await _client.SendAsync(Create);
        await WaitForVmsAsync(2);

        _way.Cut();

        await _host.WaitForBrokerAsync(times: 2);
        Assert.NotEqual(VmOf(await _client.ReplyAsync(first, 10)), VmOf(await _client.ReplyAsync(second, 10)));
        await Wait.UntilAsync("both came again", () => _host.Count("not run twice") == 2);
        await AssertSettledAsync(vms: 2, replies: 2);
    }

    [Fact]
    public async Task A_network_that_falls_silent_is_noticed_and_the_socket_serves_meanwhile()
    {
        _way.FallSilent();

        await Wait.UntilAsync("it is noticed", () => _host.Count("Lost the broker") == 1, 30);
        Assert.Equal(0, (await _host.RunAsync("list-vms")).GetArrayLength());

        _way.SpeakAgain();
        await _host.WaitForBrokerAsync(times: 2);
        Assert.Equal("success", (await _client.AskAsync("""{"command": "list-vms"}""")).GetProperty("execution-info").GetProperty("status").GetString());
    }

    [Fact]
    public async Task An_administrator_may_close_the_connection_in_mid_command()
    {
        _slow.Become("""sleep 5; exec "$QEMU" "$@" """);
        await _client.SendAsync(Create);
        await WaitForVmsAsync(1);

        // The requester's connection goes as well: nobody is there to be told.
        await broker.ControlAsync("close_all_connections", "--vhost", _virtualHost, "test");

        await _host.WaitForBrokerAsync(times: 2);
        await Wait.UntilAsync("the VM runs", async () => (await _host.RunAsync("list-vms")) is var vms
            && vms.GetArrayLength() == 1 && vms[0].GetProperty("status").GetString() == "running");
        await using var other = await AmqpClient.ConnectAsync(broker.UrlOf(_virtualHost));
        Assert.Equal(1, (await other.AskAsync("""{"command": "list-vms"}""")).GetProperty("response").GetArrayLength());
        await AssertSettledAsync(vms: 1, replies: 0);
    }

    [Fact]
    public async Task Identical_messages_without_any_id_are_as_many_commands()
    {
        for (var number = 0; number < 3; number++)
        {
            await _client.PublishAsync(Create, "", "vm-queue", new RabbitMQ.Client.BasicProperties());
        }

        await WaitForVmsAsync(3);
        _way.Cut();

        await Wait.UntilAsync("all came again", () => _host.Count("not run twice") == 3);
        await AssertSettledAsync(vms: 3, replies: 0);
    }

    [Fact]
    public async Task A_queue_that_somebody_deletes_is_made_again()
    {
        await broker.ControlAsync("delete_queue", "--vhost", _virtualHost, "vm-queue");

        await _host.WaitForBrokerAsync(times: 2);
        Assert.Equal(1, _host.Count("the queue vm-queue was deleted"));
        Assert.Equal(0, (await _client.AskAsync("""{"command": "list-vms"}""")).GetProperty("response").GetArrayLength());
    }

    /// <summary>AETHERSCALE_TEST_RECONNECTS says how many times; 200 take two minutes.</summary>
    [Fact]
    public async Task Reconnecting_over_and_over_leaks_nothing()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("AETHERSCALE_TEST_RECONNECTS") is { Length: > 0 } set ? set : "10", CultureInfo.InvariantCulture);
        await ReconnectAsync(5);
        var before = Memory();
        var files = OpenFiles();

        await ReconnectAsync(rounds);

        TestContext.Current.SendDiagnosticMessage($"{before} KiB before {rounds} reconnects, {Memory()} KiB after");
        Assert.InRange(Memory(), 0, before + 8 * 1024);
        Assert.InRange(OpenFiles(), 1, files + 3);
        Assert.Equal(0, (await _client.AskAsync("""{"command": "list-vms"}""")).GetProperty("response").GetArrayLength());
    }

    private static string? VmOf(System.Text.Json.JsonElement reply) => reply.GetProperty("response").GetProperty("vm-id").GetString();

    private async Task ReconnectAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var connected = _host.Count("Takes commands from the broker");
            await _client.AskAsync("""{"command": "list-vms"}""");
            await Task.Delay(300);
            _way.Cut();
            await _host.WaitForBrokerAsync(connected + 1);
        }
    }

    private int OpenFiles() => Directory.GetFiles($"/proc/{_host.DaemonPid}/fd").Length;

    /// <summary>The daemon's, resident, in KiB.</summary>
    private int Memory() => int.Parse(
        File.ReadLines($"/proc/{_host.DaemonPid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private Task WaitForVmsAsync(int number) =>
        Wait.UntilAsync($"{number} VMs are being made", async () => (await _host.RunAsync("list-vms")).GetArrayLength() == number);

    private async Task AssertSettledAsync(int vms, int replies)
    {
        await broker.WaitForEmptyQueuesAsync(_virtualHost);
        Assert.Equal(vms, (await _host.RunAsync("list-vms")).GetArrayLength());
        Assert.Equal(replies, _client.Replies);
    }
}

using System.Globalization;
using Aetherscale.Contract.Streams;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

/// <summary>The same by messages, and what can only go wrong there.</summary>
[Collection(LinuxGuests.Name)]
public sealed class BrokerConnectTests(GuestPair guests) : ConnectTests(guests, "--broker", guests.BrokerUrl)
{
    private readonly Broker _broker = guests.Broker;

    [Fact]
    public async Task A_slow_reader_holds_the_guest_up_and_nothing_piles_up()
    {
        await StartListenerAsync(9010, "cat /dev/zero");
        await using (Connect(GuestPair.Web, 9010))
        {
            // Nobody reads; whatever is under way comes to rest.
            await Wait.UntilAsync("the stream stands", async () => (await StreamQueuesAsync()).Count == 2);
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            Assert.InRange((await StreamQueuesAsync()).Sum(), 0, 2 * StreamMessage.Window);
            Assert.InRange(ResidentBytes(Host.DaemonPid), 1, 120_000_000);
        }

        await NoCarrierIsLeftAsync();
        await NoStreamIsLeftAsync();
    }

    [Fact]
    public async Task A_client_that_is_killed_leaves_no_queue()
    {
        await StartListenerAsync(9011, "sleep 60");
        await using var connect = Connect(GuestPair.Web, 9011);
        await Wait.UntilAsync("the stream stands", async () => (await StreamQueuesAsync()).Count == 2);

        connect.Kill();

        await NoStreamIsLeftAsync();
        await NoCarrierIsLeftAsync();
    }

    [Fact]
    public async Task A_daemon_that_is_killed_ends_the_client_with_an_error()
    {
        await StartListenerAsync(9012, "echo hi; sleep 60");
        var before = Host.Count("Takes commands from the broker");
        await using var connect = Connect(GuestPair.Web, 9012);
        await HearAsync(connect);

        await Host.KillDaemonAsync();

        await connect.EndsAsync(3);
        Assert.Equal("aetherscale-cli: the connection to the guest broke: the daemon has gone\n", await connect.Error);
        await Host.StartDaemonAsync();
        await Host.WaitForBrokerAsync(before + 1);
        await NoStreamIsLeftAsync();
    }

    [Fact]
    public async Task A_broker_that_stops_ends_the_client_with_an_error_and_the_guest_s_connection()
    {
        await StartListenerAsync(9013, "echo hi; sleep 60");
        var before = Host.Count("Takes commands from the broker");
        await using var connect = Connect(GuestPair.Web, 9013);
        await HearAsync(connect);

        await _broker.StopAsync();

        await connect.EndsAsync(3);
        Assert.Equal("aetherscale-cli: the connection to the guest broke: the broker closed the connection\n", await connect.Error);
        await NoCarrierIsLeftAsync();
        await _broker.StartAsync();
        await Host.WaitForBrokerAsync(before + 1, 60);
    }

    [Fact]
    public async Task A_request_for_a_stream_that_did_not_come_by_a_broker_is_refused()
    {
        var (code, reason) = await Host.RefusedAsync(
            """{"command": "connect-vm", "options": {"vm-id": "web", "port": 22, "queue": "amq.gen-x"}}""");

        Assert.Equal("bad-request", code);
        Assert.Equal("connect-vm is for requests by a broker; on the socket it is GET /v1/connect.", reason);
    }

    /// <summary>The guest's greeting: the stream stands, both ways.</summary>
    private static async Task HearAsync(RunningConnect connect)
    {
        var greeting = new byte[3];
        await connect.Output.ReadExactlyAsync(greeting, TestContext.Current.CancellationToken);
        Assert.Equal("hi\n"u8.ToArray(), greeting);
    }

    private static long ResidentBytes(int pid) =>
        long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    /// <summary>How many bytes lie in each queue that a stream has.</summary>
    private async Task<IReadOnlyList<long>> StreamQueuesAsync() =>
    [
        .. (await _broker.ControlAsync("list_queues", "--vhost", "v1", "--no-table-headers", "name", "message_bytes"))
            .Split('\n')
            .Where(line => line.StartsWith("amq.gen-", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture)),
    ];

    private Task NoStreamIsLeftAsync() =>
        Wait.UntilAsync("no stream's queue is left", async () => (await StreamQueuesAsync()).Count == 0, seconds: 15);
}

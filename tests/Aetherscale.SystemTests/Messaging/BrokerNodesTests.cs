using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>The setting <c>broker</c> with the addresses of several nodes, some of which are dead, or die.</summary>
[Collection(BrokerTests.Name)]
public sealed class BrokerNodesTests(Broker broker)
{
    private readonly string _virtualHost = broker.NewVirtualHost();

    [Fact]
    public async Task A_first_node_that_is_dead_keeps_neither_the_daemon_nor_the_client()
    {
        var dead = $"amqp://127.0.0.1:{Broker.FreePort()}/{_virtualHost}";
        var alive = broker.UrlOf(_virtualHost);
        await using var host = await StartAsync($"{dead},{alive}");

        await host.WaitForBrokerAsync(seconds: 5);
        Assert.Contains($"No way to the broker {dead}: Connection refused", host.Log);
        Assert.Contains($"Takes commands from the broker {alive}", host.Log);
        Assert.Contains($"commands come from {alive}", (await host.CliAsync("doctor")).Output);

        Assert.Equal("", (await host.CliAsync("--broker", $"{dead},{alive}", "list-vms")).Succeeded().Error);
        var unreachable = await host.CliAsync("--broker", $"{dead},{dead}", "list-vms");
        Assert.Equal(3, unreachable.ExitCode);
        Assert.Contains($"the broker {dead} cannot be reached: nobody listens there; the broker {dead} cannot be reached", unreachable.Error);
    }

    [Fact]
    public async Task A_host_whose_node_dies_is_at_the_next_within_seconds_and_none_is_named_with_a_password()
    {
        var (first, second) = (new TcpProxy(broker.Port), new TcpProxy(broker.Port));
        var (one, other) = (UrlOf(first), UrlOf(second));
        await using var host = await StartAsync($"{WithPassword(one)},{WithPassword(other)}");
        await host.WaitForBrokerAsync();
        Assert.Contains($"Takes commands from the broker {one}", host.Log);

        await first.DisposeAsync();

        await host.WaitForBrokerAsync(2, 5);
        Assert.Contains($"Lost the broker {one}", host.Log);
        Assert.Contains($"Takes commands from the broker {other}", host.Log);
        Assert.Contains($"commands come from {other}", (await host.CliAsync("doctor")).Output);

        await second.DisposeAsync();

        await Wait.UntilAsync("both are told", () => host.Log.Contains($"No way to the broker {one}", StringComparison.Ordinal));
        await Wait.UntilAsync("doctor has both", async () => (await host.CliAsync("doctor")).Output is var told
            && told.Contains($"no commands come from {one}: Connection refused; nor from {other}: ", StringComparison.Ordinal));
        Assert.DoesNotContain(Broker.EscapedPassword, host.Log);
        Assert.DoesNotContain(Broker.Password, host.Log);
    }

    [Fact]
    public async Task Nodes_that_are_all_of_no_use_are_tried_less_and_less_often()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        using var over = new CancellationTokenSource();
        var knocks = new[] { CountAsync(one, over.Token), CountAsync(other, over.Token) };
        await using var host = await StartAsync($"amqp://{one.LocalEndpoint},amqp://{other.LocalEndpoint}");
        var began = Stopwatch.GetTimestamp();
        await Wait.UntilAsync("it has tried for a while", () => Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(4));

        await over.CancelAsync();

        // At 0, 0.25, 0.75, 1.75 and 3.75 s, more or less.
        Assert.All(await Task.WhenAll(knocks), count => Assert.InRange(count, 2, 6));
        Assert.Equal(2, host.Count("No way to the broker"));
    }

    [Fact]
    public async Task Nodes_of_several_brokers_keep_the_daemon_from_starting()
    {
        await using var host = TestHost.Prepare(
            new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = $"{broker.UrlOf("v1")},amqp://u:{Broker.EscapedPassword}@127.0.0.1/v2" });
        Assert.False(await host.TryStartDaemonAsync());
        await Wait.UntilAsync("why is told", () => host.Log.Contains("broker (AETHERSCALE_BROKER) must name the same virtual host in each of its URLs", StringComparison.Ordinal));
        Assert.DoesNotContain(Broker.EscapedPassword, host.Log);
    }

    /// <summary>Ends each connection as soon as it has begun.</summary>
    private static async Task<int> CountAsync(TcpListener listener, CancellationToken over)
    {
        listener.Start();
        for (var count = 0; ; count++)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(over);
            }
            catch (OperationCanceledException)
            {
                return count;
            }
        }
    }

    private static Task<TestHost> StartAsync(string url) => TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url });

    private static string WithPassword(string url) => url.Replace("amqp://", $"amqp://{Broker.User}:{Broker.EscapedPassword}@", StringComparison.Ordinal);

    private string UrlOf(TcpProxy way) => $"amqp://127.0.0.1:{way.Port}/{_virtualHost}";
}

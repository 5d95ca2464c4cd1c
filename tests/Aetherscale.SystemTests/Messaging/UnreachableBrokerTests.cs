using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>What is at the broker's address is none.</summary>
public sealed class UnreachableBrokerTests
{
    [Fact]
    public async Task A_port_that_accepts_and_says_nothing_delays_neither_the_start_nor_the_stop()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var started = Stopwatch.GetTimestamp();

        await using var host = await StartAsync($"amqp://127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        await Wait.UntilAsync("it is said", () => host.Count("it does not answer in time") == 1);

        started = Stopwatch.GetTimestamp();
        await host.StopDaemonAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 2);
    }

    private static Task<TestHost> StartAsync(string url) =>
        TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url });
}

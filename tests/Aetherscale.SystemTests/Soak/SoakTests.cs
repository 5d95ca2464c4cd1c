using System.Diagnostics;
using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.RandomWalk;

namespace Aetherscale.SystemTests.Soak;

/// <summary>Nothing grows: ./test.sh --long, or this alone: ./test.sh --long --filter SoakTests.</summary>
[Trait("length", "long")]
[Collection(AloneTests.Name)]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int RoundsFromOneBrokerDeathToTheNext = 5;

    private static readonly TimeSpan s_betweenGauges = TimeSpan.FromMinutes(2);

    private readonly List<Gauge> _gauges = [];
    private readonly Stopwatch _clock = new();
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();
    private Traces _traces = new(0, 0, 0);
    private int _commands;

    [Fact]
    public async Task A_daemon_that_is_used_and_has_faults_for_long_does_not_grow()
    {
        var length = TimeSpan.FromMinutes(TestEnvironment.Number("AETHERSCALE_TEST_SOAK_MINUTES", 20));
        var seed = TestEnvironment.Number("AETHERSCALE_TEST_SEED", RandomNumberGenerator.GetInt32(1_000_000));
        output.WriteLine($"AETHERSCALE_TEST_SEED={seed} begins this soak again.");
        await using var broker = new Broker();
        await broker.InitializeAsync();
        var settings = new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = broker.UrlOf("v1"), ["AETHERSCALE_LOG_LEVEL"] = "information" };
        await using var host = await TestHost.StartAsync(settings, [.. WalkPlan.Images.Distinct()]);
        using var walk = new Walk(host, seed);
        output.WriteLine(Gauge.Heads);
        _clock.Start();
        await MeasureAsync(host);

        // The daemon's deaths come in the first quarter: what only one that lives can gather shows in the rest.
        await SoakAsync(host, broker, walk, seed, until: length / 4, daemonDeaths: 1);
        await SoakAsync(host, broker, walk, seed + 500_000, until: length, daemonDeaths: 0);

        var ofOne = _gauges.Where(gauge => gauge.Pid == host.DaemonPid).ToList();
        output.WriteLine($"{string.Join(", ", walk.Count.Select(pair => $"{pair.Value} {pair.Key}"))}");
        Assert.True(ofOne.Count > 1, "Too short to compare anything: the daemon died too late.");
        Assert.Empty(Bounds.Exceeded(ofOne[0], ofOne[^1]));
    }

    /// <summary>Rounds of the random walk, each to its point of rest; the last ends with a gauge.</summary>
    private async Task SoakAsync(TestHost host, Broker broker, Walk walk, int seed, TimeSpan until, int daemonDeaths)
    {
        var rest = new PointOfRest(host, walk.Vms);
        for (var round = 1; _clock.Elapsed < until; round++)
        {
            await walk.RunAsync(new WalkPlan(seed + round, WalkPlan.CommandsPerRound, daemonDeaths).Rounds[0]);
            await rest.CheckAsync();
            await walk.ClearAsync();
            await rest.CheckAsync();
            _commands += WalkPlan.CommandsPerRound + WalkPlan.Vms;
            if (round % RoundsFromOneBrokerDeathToTheNext == 0)
            {
                await BounceAsync(host, broker);
            }

            if (_clock.Elapsed - TimeSpan.FromMinutes(_gauges[^1].Minute) > s_betweenGauges)
            {
                await MeasureAsync(host);
            }
        }

        await MeasureAsync(host);
    }

    /// <summary>The broker dies and comes back, and is used.</summary>
    private async Task BounceAsync(TestHost host, Broker broker)
    {
        var before = host.Count("Takes commands from the broker");
        await broker.KillAsync();
        await broker.StartAsync();
        await host.WaitForBrokerAsync(before + 1, seconds: 120);
        await using var client = await AmqpClient.ConnectAsync(broker.UrlOf("v1"));
        foreach (var command in new[]
        {
            """{"command": "create-vm", "options": {"image": "polite", "name": "fleet"}}""",
            """{"command": "list-vms"}""",
            """{"command": "delete-vm", "options": {"vm-id": "fleet"}}""",
        })
        {
            var reply = await client.AskAsync(command, seconds: 30);
            Assert.Equal("success", reply.GetProperty("execution-info").GetProperty("status").GetString());
            _commands++;
        }
    }

    private async Task MeasureAsync(TestHost host)
    {
        var now = await Traces.ReadAsync(host, _start, _commands);
        var gauge = await Gauge.ReadAsync(host, _clock.Elapsed.TotalMinutes, _commands, _traces, now);
        output.WriteLine(gauge.Columns);
        _gauges.Add(gauge);
        _traces = now;
    }
}

/// <summary>Tests that measure the whole host: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "alone";
}

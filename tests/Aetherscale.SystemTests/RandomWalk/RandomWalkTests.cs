using System.Diagnostics;
using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>Nothing is lost: whatever is asked, by however many, and whoever dies meanwhile.</summary>
public sealed class RandomWalkTests
{
    private const int Commands = 500;

    [Fact]
    public async Task After_random_commands_and_deaths_files_units_processes_and_answers_agree_with_the_model()
    {
        var seed = TestEnvironment.Number("AETHERSCALE_TEST_SEED", RandomNumberGenerator.GetInt32(1_000_000));
        var plan = new WalkPlan(seed, TestEnvironment.Number("AETHERSCALE_TEST_COMMANDS", Commands));
        var began = Stopwatch.GetTimestamp();
        await using var host = await TestHost.StartAsync([.. WalkPlan.Images.Distinct()]);
        using var walk = new Walk(host, seed);
        var rest = new PointOfRest(host, walk.Vms);
        try
        {
            foreach (var round in plan.Rounds)
            {
                await walk.RunAsync(round);
                await rest.CheckAsync();
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Assert.Fail($"AETHERSCALE_TEST_SEED={seed} begins this walk again. {error}\n{string.Join('\n', Words(host.Log))}");
        }

        // In the log of every run, also of one that went well.
        Console.WriteLine(
            $"Random walk, AETHERSCALE_TEST_SEED={seed}: {string.Join(", ", walk.Count.Select(pair => $"{pair.Value} {pair.Key}"))}; "
            + $"{plan.Rounds.Count} points of rest; {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
    }

    /// <summary>What the daemon had to say besides that questions were answered.</summary>
    private static IEnumerable<string> Words(string log) => log.Split('\n')
        .Where(line => !line.Contains("show-vm from", StringComparison.Ordinal) && !line.Contains("list-vms from", StringComparison.Ordinal))
        .TakeLast(40);
}

using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// The daemon is killed in the place of each call, one after the other, by which a command changes files or talks to systemd, and
/// started again: the command has taken effect, or nothing is left of it. The same request again then finds what it asked for.
/// </summary>
public abstract class CrashSweep(ITestOutputHelper output)
{
    /// <summary>create-vm, killed at each call from the first that this text is in.</summary>
    protected async Task SweepCreateAsync(bool noStart, string from, string what)
    {
        await using var faults = await FaultHost.StartAsync();
        var before = faults.Files();
        var number = await FirstAsync(faults, noStart, from);
        var complete = 0;
        var points = new List<string>();
        for (; ; number++)
        {
            faults.Tracer.Arm(number);
            var reply = await faults.Host.TrySendAsync(FaultHost.Create($"create-{number}", noStart));
            faults.Tracer.Disarm();
            if (reply is { } answered)
            {
                Assert.True(answered.TryGetProperty("response", out _), $"{answered}");
                break;
            }

            var where = faults.Tracer.Report[^1];
            points.Add(where);
            await faults.Host.StartDaemonAsync();
            var survivor = await CompleteOrAbsentAsync(faults, noStart, before, where);
            complete += survivor is null ? 0 : 1;

            var vm = await faults.SucceedAsync(FaultHost.Create($"create-{number}", noStart));
            AssertComplete(faults, vm, noStart, where);
            Assert.True(survivor is null || survivor == vm, $"made again, after a kill at: {where}");
            Assert.Single(await faults.VmsAsync());
            await faults.SucceedAsync(FaultHost.Delete($"clean-{number}"));
            AssertNothingIsLeft(faults, before, where);
        }

        Assert.InRange(complete, 1, points.Count);
        output.WriteLine($"{what}: {Count(points)}; after {complete} of them the VM was there");
    }

    /// <summary>delete-vm, killed at each call.</summary>
    protected async Task SweepDeleteAsync(bool running, string what)
    {
        await using var faults = await FaultHost.StartAsync();
        var before = faults.Files();
        var (number, intact) = (1, 0);
        var points = new List<string>();
        for (; ; number++)
        {
            var vm = await faults.SucceedAsync(FaultHost.Create($"create-{number}", noStart: !running));
            faults.Tracer.Arm(number);
            var reply = await faults.Host.TrySendAsync(FaultHost.Delete($"delete-{number}"));
            faults.Tracer.Disarm();
            if (reply is { } answered)
            {
                Assert.True(answered.TryGetProperty("response", out _), $"{answered}");
                break;
            }

            var where = faults.Tracer.Report[^1];
            points.Add(where);
            await faults.Host.StartDaemonAsync();
            if ((await faults.VmsAsync()) is [var survivor])
            {
                Assert.Equal(running ? "running" : "stopped", survivor.GetProperty("status").GetString());
                AssertComplete(faults, vm, noStart: !running, where);
                intact++;
            }
            else
            {
                AssertNothingIsLeft(faults, before, where);
            }

            Assert.Equal(vm, await faults.SucceedAsync(FaultHost.Delete($"delete-{number}")));
            Assert.Empty(await faults.VmsAsync());
            AssertNothingIsLeft(faults, before, where);
        }

        Assert.InRange(intact, 1, number - 2);
        output.WriteLine($"{what}: {Count(points)}; after {intact} of them the VM was intact");
    }

    private static string Count(List<string> points) => $"{points.Count} kill points (" + string.Join(
        ", ", points.GroupBy(point => point.Split(' ')[1]).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}")) + ")";

    private static async Task<int> FirstAsync(FaultHost faults, bool noStart, string from)
    {
        faults.Tracer.Arm(0);
        await faults.SucceedAsync(FaultHost.Create("look", noStart));
        var report = faults.Tracer.Report;
        faults.Tracer.Disarm();
        await faults.SucceedAsync(FaultHost.Delete("look-clean"));
        return report.Index().First(line => line.Item.Contains(from, StringComparison.Ordinal)).Index + 1;
    }

    /// <returns>The VM's id; null when it is absent.</returns>
    private static async Task<string?> CompleteOrAbsentAsync(FaultHost faults, bool noStart, IReadOnlyList<string> before, string where)
    {
        if (await faults.VmsAsync() is not [var vm])
        {
            AssertNothingIsLeft(faults, before, where);
            return null;
        }

        var id = vm.GetProperty("vm-id").GetString()!;
        await Wait.UntilAsync(
            $"the VM is as it was asked for, after a kill at: {where}\n{faults.Host.Log}",
            async () => await faults.Host.StatusAsync(id) == (noStart ? "stopped" : "running")
                && !File.Exists($"{faults.Host.Data}/vms/{id}/creating"));
        return id;
    }

    private static void AssertComplete(FaultHost faults, string vm, bool noStart, string where)
    {
        var unit = File.ReadAllText($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}");
        Assert.True(UnitChecksum.Matches(unit), $"its unit is not whole, after a kill at: {where}");
        Assert.True(TestHost.IsEnabled(vm) == !noStart, $"its link, after a kill at: {where}");
        var files = faults.Files().Where(line => line.Contains(vm, StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).ToList();
        string[] expected =
        [
            $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}",
            $"{faults.Host.Data}/networks/{faults.Host.Network}/names/{vm}",
            $"{faults.Host.Data}/vms/{vm}",
            $"{faults.Host.Data}/vms/{vm}/console.log",
            $"{faults.Host.Data}/vms/{vm}/disk.qcow2",
            $"{faults.Host.Data}/vms/{vm}/vm.json",
        ];
        Assert.Equal(
            (noStart ? expected : expected.Append($"{TestEnvironment.UnitFolder}/default.target.wants/{TestHost.UnitOf(vm)}")).Order(StringComparer.Ordinal),
            files.Order(StringComparer.Ordinal));
    }

    private static void AssertNothingIsLeft(FaultHost faults, IReadOnlyList<string> before, string where)
    {
        var left = faults.Files().Except(before).ToList();
        Assert.True(left.Count == 0, $"after a kill at {where} there is: {string.Join(", ", left)}\n{faults.Host.Log}");
        Assert.Equal(before, faults.Files());
    }
}

public sealed class CreateCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    [Fact]
    public Task B01_A_daemon_killed_at_any_step_of_create_leaves_the_vm_complete_or_absent() =>
        SweepCreateAsync(noStart: true, from: "", "create-vm --no-start");
}

public sealed class StartCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    /// <summary>Until the VM's folder has its name, all is as without a start.</summary>
    [Fact]
    public Task B01_A_daemon_killed_at_any_step_of_the_first_start_leaves_the_vm_running() =>
        SweepCreateAsync(noStart: false, from: "/console.log", "create-vm, from the unit on");
}

public sealed class DeleteCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    [Fact]
    public Task B02_A_deletion_that_a_kill_cut_off_at_any_step_is_finished() => SweepDeleteAsync(running: false, "delete-vm");
}

using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// The daemon is killed in the place of each call, one after the other, by which a command changes files or talks to systemd, and
/// started again: the command has taken effect, or nothing is left of it. The same request again then finds what it asked for.
/// </summary>
public abstract class CrashSweep(ITestOutputHelper output)
{
    protected ITestOutputHelper Output => output;

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

    /// <summary>The first create-vm of a host, which also adopts the image and makes the network's files.</summary>
    protected async Task SweepFirstCreateAsync()
    {
        var points = new List<string>();
        for (; ; )
        {
            await using var faults = await FaultHost.StartNewAsync();
            faults.Tracer.Arm(points.Count + 1);
            var reply = await faults.Host.TrySendAsync(FaultHost.Create("create", noStart: true));
            faults.Tracer.Disarm();
            if (reply is not null)
            {
                break;
            }

            points.Add(faults.Tracer.Report[^1]);
            await faults.Host.StartDaemonAsync();
            var survivor = (await faults.VmsAsync()).Select(vm => vm.GetProperty("vm-id").GetString()).SingleOrDefault();
            var vm = await faults.SucceedAsync(FaultHost.Create("create", noStart: true));
            Assert.True(survivor is null || survivor == vm, $"made again, after a kill at: {points[^1]}");
            Assert.Single(await faults.VmsAsync());
            AssertComplete(faults, vm, noStart: true, points[^1]);
            await faults.Host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
        }

        output.WriteLine($"the first create-vm of a host: {Count(points)}");
    }

    /// <summary>A command is cut off in its midst, and so is the daemon that is to set that right, at each call of its start.</summary>
    protected async Task SweepRecoveryAsync(string cutOff)
    {
        await using var faults = await FaultHost.StartAsync();
        var before = faults.Files();
        var points = new List<string>();
        for (; ; )
        {
            if (cutOff == "delete")
            {
                await faults.SucceedAsync(FaultHost.Create($"create-{points.Count}", noStart: true));
            }

            // Of a create the VM is there, and not its unit; of a delete only the tombstone.
            faults.Tracer.Arm(1, text: cutOff == "create" ? ".service.tmp exclusive" : ".service");
            Assert.Null(await faults.Host.TrySendAsync(
                cutOff == "create" ? FaultHost.Create($"create-{points.Count}", noStart: true) : FaultHost.Delete($"delete-{points.Count}")));
            faults.Tracer.Arm(points.Count + 1);
            var isUp = await faults.Host.TryStartDaemonAsync();
            var isOver = faults.Tracer.IsArmed;
            faults.Tracer.Disarm();
            if (!isUp)
            {
                await faults.Host.StartDaemonAsync();
            }

            if (cutOff == "create")
            {
                AssertComplete(faults, await faults.SucceedAsync(FaultHost.Create($"create-{points.Count}", noStart: true)), noStart: true, "recovery");
            }

            await faults.SucceedAsync(FaultHost.Delete($"delete-{points.Count}"));
            AssertNothingIsLeft(faults, before, "recovery");
            if (isOver)
            {
                break;
            }

            points.Add(faults.Tracer.Report[^1]);
        }

        output.WriteLine($"recovery of a {cutOff}: {Count(points)}");
    }

    protected static string Count(List<string> points) => $"{points.Count} kill points (" + string.Join(
        ", ", points.GroupBy(point => point.Split(' ')[1]).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}")) + ")";

    private protected static async Task<int> FirstAsync(FaultHost faults, bool noStart, string from)
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
            $"{faults.Host.Data}/vms/{vm}/credentials",
            $"{faults.Host.Data}/vms/{vm}/credentials/system.hostname",
            $"{faults.Host.Data}/vms/{vm}/disk.qcow2",
            $"{faults.Host.Data}/vms/{vm}/seed.iso",
            $"{faults.Host.Data}/vms/{vm}/vm.json",
        ];
        Assert.Equal(
            (noStart ? expected : expected.Append($"{TestEnvironment.WantsFolder}/{TestHost.UnitOf(vm)}")).Order(StringComparer.Ordinal),
            files.Order(StringComparer.Ordinal));
    }

    private protected static void AssertNothingIsLeft(FaultHost faults, IReadOnlyList<string> before, string where)
    {
        var left = faults.Files().Except(before).ToList();
        Assert.True(left.Count == 0, $"after a kill at {where} there is: {string.Join(", ", left)}\n{faults.Host.Log}");
        Assert.Equal(before, faults.Files());
    }
}

using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A create-vm whose QEMU does not start is taken back; the daemon is killed at each call of that, too.</summary>
public sealed class FailingCreateCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    [Fact]
    public Task B01_A_daemon_killed_at_any_rename_of_a_create_that_fails_promises_no_vm_that_is_not_there() => SweepAsync("rename /");

    [Fact]
    [Trait("length", "long")]
    public Task B01_A_daemon_killed_at_any_step_of_a_create_that_fails_promises_no_vm_that_is_not_there() => SweepAsync("");

    private async Task SweepAsync(string calls)
    {
        using var qemu = new FakeQemu("""exec "$QEMU" "$@" """);
        await using var faults = await FaultHost.StartAsync(qemu.Settings);
        var before = faults.Files();
        qemu.Become("exit 1");
        var (points, there) = (new List<string>(), 0);
        for (var number = 1; ; number++)
        {
            var request = FaultHost.Create($"create-{number}", noStart: false);
            faults.Tracer.Arm(number, text: calls);
            var reply = await faults.Host.TrySendAsync(request);
            faults.Tracer.Disarm();
            if (reply is { } answered)
            {
                Assert.Equal("start-failed", answered.GetProperty("execution-info").GetProperty("code").GetString());
                break;
            }

            points.Add(faults.Tracer.Report[^1]);
            await faults.Host.StartDaemonAsync();
            var again = await faults.Host.SendAsync(request);
            var vms = await faults.VmsAsync();
            if (again.TryGetProperty("response", out var response))
            {
                there++;
                await AssertComesToRestAsync(faults, response.GetProperty("vm-id").GetString()!, Assert.Single(vms).GetProperty("vm-id").GetString()!, points[^1]);
                await faults.SucceedAsync(FaultHost.Delete($"clean-{number}"));
            }
            else
            {
                Assert.Equal("start-failed", again.GetProperty("execution-info").GetProperty("code").GetString());
                Assert.True(vms.Count == 0, $"a VM is there, and was refused, after a kill at: {points[^1]}");
            }

            AssertNothingIsLeft(faults, before, points[^1]);
        }

        Assert.InRange(there, 1, points.Count - 1);
        Output.WriteLine($"create-vm of a VM that does not start: {Count(points)}; after {there} of them the VM was there, at rest");
    }

    /// <summary>Its start was tried once more, in vain, and will not be tried by every daemon to come.</summary>
    private static async Task AssertComesToRestAsync(FaultHost faults, string promised, string vm, string where)
    {
        Assert.Equal(vm, promised);
        await Wait.UntilAsync($"its start is given up, after a kill at: {where}", () => !File.Exists($"{faults.Host.Data}/vms/{vm}/creating"));
        Assert.False(TestHost.IsEnabled(vm), $"it is to be started at boot, after a kill at: {where}");
    }
}

namespace Aetherscale.SystemTests.Faults;

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

namespace Aetherscale.SystemTests.Faults;

/// <summary>The sweeps that take minutes: ./test.sh --long.</summary>
[Trait("length", "long")]
public sealed class LongCreateCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    [Fact]
    public Task B01_A_daemon_killed_at_any_step_of_a_create_with_a_start_leaves_the_vm_running_or_absent() =>
        SweepCreateAsync(noStart: false, from: "", "create-vm");

    [Fact]
    public Task B01_A_daemon_killed_at_any_step_of_the_first_create_of_a_host_leaves_the_vm_complete_or_absent() => SweepFirstCreateAsync();
}

/// <summary>Those of delete-vm.</summary>
[Trait("length", "long")]
public sealed class LongDeleteCrashTests(ITestOutputHelper output) : CrashSweep(output)
{
    [Fact]
    public Task B02_A_deletion_of_a_running_vm_that_a_kill_cut_off_at_any_step_is_finished() =>
        SweepDeleteAsync(running: true, "delete-vm of a running VM");

    [Theory]
    [InlineData("create")]
    [InlineData("delete")]
    public Task B02_A_daemon_killed_at_any_step_of_its_recovery_is_recovered_from(string cutOff) => SweepRecoveryAsync(cutOff);
}

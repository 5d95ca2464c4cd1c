using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmStateRulesTests
{
    private static readonly VmFacts s_atRest = new() { HasUnitFile = true, HasDisk = true };

    private static readonly VmFacts s_running =
        s_atRest with { Active = UnitActiveState.Active, Sub = UnitSubState.Running, Guest = GuestState.Running };

    public static TheoryData<string, string, string?> Table()
    {
        (VmFacts Facts, string State, string? Hint)[] rows =
        [
            (s_atRest, "Stopped", null),
            (s_atRest with { HasDisk = false }, "Broken", "disk is missing"),
            (s_atRest with { HasUnitFile = false }, "Broken", "unit file is missing"),
            (s_atRest with { SpecProblem = "vm.json is missing" }, "Broken", "vm.json is missing"),
            (s_atRest with { IsDeleting = true, HasDisk = false }, "Deleting", null),
            (s_running, "Running", null),
            (s_running with { IsDeleting = true }, "Deleting", null),
            (s_running with { HasDisk = false }, "Running", "disk is missing"),
            (s_running with { SpecProblem = "vm.json is missing" }, "Running", "vm.json is missing"),
            (s_running with { Guest = GuestState.Unknown }, "Running", "does not answer"),
            (s_running with { Guest = GuestState.Unknown, IsSilent = true }, "Running", "does not answer the daemon"),
            (s_running with { IsSilent = true }, "Running", "does not answer now"),
            (s_running with { Guest = GuestState.Paused, PauseReason = "paused", IsSilent = true }, "Paused", "does not answer now"),
            (s_running with { Guest = GuestState.ShutDown }, "Stopping", null),
            (s_running with { Guest = GuestState.Paused, PauseReason = "paused" }, "Paused", null),
            (s_running with { Guest = GuestState.Paused, PauseReason = "io-error" }, "Paused", "could not be written"),
            (s_running with { Guest = GuestState.Paused, PauseReason = "guest-panicked" }, "Paused", "panicked"),
            (s_running with { Guest = GuestState.Paused, PauseReason = "watchdog" }, "Paused", "watchdog"),
            (s_atRest with { Active = UnitActiveState.Activating, Sub = UnitSubState.Start }, "Starting", null),
            (s_atRest with { Active = UnitActiveState.Activating, Sub = UnitSubState.AutoRestart }, "Starting", "crashed"),
            (s_atRest with { Active = UnitActiveState.Activating, Sub = UnitSubState.AutoRestart, RestartsAlways = true }, "Starting", "it ended"),
            (s_running with { Active = UnitActiveState.Deactivating, Sub = UnitSubState.Stop }, "Stopping", null),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.ExitCode }, "Crashed", "with an error"),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.Signal }, "Crashed", "killed"),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.StartLimitHit }, "Crashed", "too often"),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.Signal, Restarts = 4 }, "Crashed", "too often"),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.OomKill }, "Crashed", "out of memory"),
            (s_atRest with { Active = UnitActiveState.Failed, Result = ServiceResult.Timeout, Restarts = 1 }, "Crashed", "did not end in time"),
            (s_atRest with { Active = UnitActiveState.Failed, HasDisk = false }, "Broken", "disk is missing"),
        ];
        var data = new TheoryData<string, string, string?>();
        for (var row = 0; row < rows.Length; row++)
        {
            s_rows[rows[row].Facts.ToString()] = rows[row].Facts;
            data.Add(rows[row].Facts.ToString(), rows[row].State, rows[row].Hint);
        }

        return data;
    }

    private static readonly Dictionary<string, VmFacts> s_rows = [];

    [Theory]
    [MemberData(nameof(Table))]
    public void The_state_follows_from_the_facts(string facts, string state, string? hint)
    {
        var derived = VmStateRules.Derive(s_rows[facts]);

        Assert.Equal(state, derived.State.ToString());
        if (hint is null)
        {
            Assert.Null(derived.Hint);
        }
        else
        {
            Assert.Contains(hint, derived.Hint);
        }
    }
}

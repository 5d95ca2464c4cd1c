using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>From the facts to the state that users see: systemd first, QEMU second, the files when neither runs.</summary>
internal static class VmStateRules
{
    /// <returns>The state, and why it is so where that is not plain.</returns>
    public static (VmState State, string? Hint) Derive(VmFacts facts)
    {
        if (facts.IsDeleting)
        {
            return (VmState.Deleting, null);
        }

        return facts.Active switch
        {
            UnitActiveState.Active or UnitActiveState.Reloading or UnitActiveState.Refreshing => Alive(facts),
            UnitActiveState.Activating when facts.Sub is UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued =>
                (VmState.Starting, $"{(facts.RestartsAlways ? "it ended" : "QEMU crashed")}; systemd is about to start it again"),
            UnitActiveState.Activating => (VmState.Starting, null),
            UnitActiveState.Deactivating => (VmState.Stopping, null),
            _ => AtRest(facts),
        };
    }

    private static (VmState State, string? Hint) Alive(VmFacts facts) => facts.Guest switch
    {
        GuestState.Running or GuestState.Paused when facts.IsSilent =>
            (facts.Guest == GuestState.Running ? VmState.Running : VmState.Paused, "QEMU does not answer now; this is the last that it told"),
        GuestState.Paused => (VmState.Paused, PauseHint(facts.PauseReason)),
        GuestState.ShutDown => (VmState.Stopping, null),
        GuestState.Unknown => (VmState.Running, "QEMU runs, but does not answer the daemon"),
        _ when Damage(facts) is { } damage => (VmState.Running, $"{damage}; it runs on until it is stopped"),
        _ => (VmState.Running, null),
    };

    private static (VmState State, string? Hint) AtRest(VmFacts facts)
    {
        if (Damage(facts) is { } damage)
        {
            return (VmState.Broken, damage);
        }

        return facts.Active == UnitActiveState.Failed
            ? (VmState.Crashed, CrashHint(facts))
            : (VmState.Stopped, null);
    }

    private static string? Damage(VmFacts facts)
    {
        if (facts.SpecProblem is { } problem)
        {
            return problem;
        }

        if (!facts.HasDisk)
        {
            return "its disk is missing";
        }

        return facts.HasUnitFile ? null : "its unit file is missing; start-vm writes it again";
    }

    private static string? PauseHint(string? reason) => reason switch
    {
        "io-error" => "the guest's disk could not be written, the host's disk may be full",
        "guest-panicked" => "the guest's kernel panicked",
        null or "paused" => null,
        _ => $"QEMU says: {reason}",
    };

    // A unit that ran into its start limit keeps the result of its last crash; that it was started again tells it apart.
    private static string CrashHint(VmFacts facts) => facts.Result switch
    {
        ServiceResult.OomKill => "QEMU was killed because the host ran out of memory",
        ServiceResult.Timeout => "QEMU did not end in time and was killed",
        _ when facts.Restarts > 0 || facts.Result == ServiceResult.StartLimitHit => "QEMU crashed too often; see the journal, then start-vm tries again",
        ServiceResult.ExitCode => "QEMU ended with an error",
        ServiceResult.Signal or ServiceResult.CoreDump => "QEMU was killed or crashed",
        _ => "its unit failed",
    };
}

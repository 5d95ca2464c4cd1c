using Aetherscale.Systemd;
using static Aetherscale.VirtualMachines.History.TransitionCause;
using static Aetherscale.VirtualMachines.History.TransitionKind;

namespace Aetherscale.VirtualMachines.History;

/// <summary>From what systemd and QEMU tell to what happened to the VM, and why.</summary>
internal static class TransitionRules
{
    /// <summary>What a change of the unit means, after what happened last; null when it is no news.</summary>
    public static VmTransition? OfUnit(VmTransition? last, UnitMoment now) => now.Active switch
    {
        UnitActiveState.Active => Up(last, now),
        UnitActiveState.Activating when now.Sub is UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued => Restarting(last, now),
        UnitActiveState.Deactivating => GoingDown(last, now),

        // systemd has only loaded the unit, of a new VM for instance: nothing has ended.
        UnitActiveState.Inactive when now.Run is { Code: 0 } => null,
        UnitActiveState.Inactive or UnitActiveState.Failed => EndRules.OfEnd(last, now),
        _ => null,
    };

    /// <summary>What QEMU tells of a guest that goes on; null when it is no news.</summary>
    public static VmTransition? OfQmp(VmTransition? last, QmpTold told, VmAsk? ask, DateTimeOffset time)
    {
        if ((told.Kind == Paused) == (last?.Status == VmState.Paused) && told.Kind != Rebooted)
        {
            return null;
        }

        var (cause, text) = told.Kind switch
        {
            Paused => WhyPaused(told, ask),
            Resumed when ask is not null => (Request, "the guest goes on"),
            Resumed => (Outside, "the guest goes on, because somebody said so to QEMU's monitor; not through aetherscale"),
            _ when ask is not null => (Request, "the guest's machine was reset"),
            _ when told.Reason is null or "guest-reset" => (Guest, "the guest rebooted"),
            _ => (Outside, $"the guest's machine was reset, not through aetherscale; QEMU says: {told.Reason}"),
        };
        return new VmTransition
        {
            Time = time,
            Event = told.Kind,
            Status = told.Kind == Paused ? VmState.Paused : VmState.Running,
            Cause = cause,
            Text = text,
            Requester = cause == Request ? ask?.Who : null,
            QmpReason = told.Reason,
            RunId = last?.RunId,
        };
    }

    /// <summary>Whether QEMU runs, by what happened last.</summary>
    public static bool IsUp(VmTransition? last) => last?.Status is VmState.Running or VmState.Paused or VmState.Stopping;

    /// <summary>Whether it has crashed and systemd is about to start it again.</summary>
    public static bool WaitsForRestart(VmTransition? last) => last is { Event: Crashed, Status: VmState.Starting };

    /// <summary>A restart is one job of systemd's, which goes on without the daemon that asked for it.</summary>
    private static bool IsRestartHalfDone(VmTransition? last) =>
        last is { Event: Stopping or Stopped or Killed, Requester.Command: VmRequester.Restart };

    private static (TransitionCause Cause, string Text) WhyPaused(QmpTold told, VmAsk? ask) => told.Reason switch
    {
        "io-error" => (DiskError, $"the host could not read or write the guest's disk: {told.Story.DiskError ?? "input/output error"}"),
        "guest-panicked" => (GuestPanic, "the guest's kernel panicked"),
        "paused" when ask is not null => (Request, "the guest was paused"),
        "paused" => (Outside, "somebody paused the guest by QEMU's monitor; not through aetherscale"),
        _ => (Unknown, $"QEMU paused the guest: {told.Reason}"),
    };

    private static VmTransition? Up(VmTransition? last, UnitMoment now)
    {
        if (IsUp(last) && (now.RunId is null || last!.RunId is null || last.RunId == now.RunId))
        {
            return null;
        }

        var ask = now.LastAsk(ask => ask.Kind == AskKind.Start);
        var (kind, cause, text) = ask switch
        {
            not null => (Started, Request, "QEMU was started"),
            null when last is { Event: Created, Status: VmState.Starting, Requester: not null } || IsRestartHalfDone(last) =>
                (Started, Request, "QEMU was started"),
            null when WaitsForRestart(last) => (Restarted, AutoRestart, "systemd started it again after the crash"),
            null when last?.Time < now.HostBoot => (Started, HostBoot, "it was started with the host"),
            _ => (Started, Outside, "its unit was started by systemctl or another unit, not through aetherscale"),
        };
        return new VmTransition
        {
            Time = now.Time,
            Event = kind,
            Status = VmState.Running,
            Cause = cause,
            Text = text,
            Requester = ask?.Who ?? (cause == Request ? last?.Requester : null),
            RunId = now.RunId,
        };
    }

    private static VmTransition? Restarting(VmTransition? last, UnitMoment now)
    {
        // Who kills a VM has QEMU die first, and systemd told to leave it dead a moment later.
        if (WaitsForRestart(last) || now.LastAsk(ask => ask.IsForced) is not null)
        {
            return null;
        }

        return EndRules.Crash(now) with { Status = VmState.Starting };
    }

    private static VmTransition? GoingDown(VmTransition? last, UnitMoment now)
    {
        if (!now.HasJob || last?.Status == VmState.Stopping || now.LastAsk(ask => ask.IsForced) is not null)
        {
            return null;
        }

        var ask = now.LastAsk(ask => ask.Kind == AskKind.Stop);
        return new VmTransition
        {
            Time = now.Time,
            Event = Stopping,
            Status = VmState.Stopping,
            Cause = ask is null ? Outside : Request,
            Text = ask is null
                ? "its unit is being stopped by systemctl or the host, not through aetherscale"
                : "the guest was asked to shut down",
            Requester = ask?.Who,
            RunId = now.RunId,
        };
    }
}

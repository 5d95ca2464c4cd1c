using System.Globalization;
using Aetherscale.Systemd;
using static Aetherscale.VirtualMachines.History.TransitionCause;
using static Aetherscale.VirtualMachines.History.TransitionKind;

namespace Aetherscale.VirtualMachines.History;

/// <summary>How a VM came to its end: by the guest, by whom asked for it, by somebody else, or by a crash.</summary>
internal static class EndRules
{
    // EXIT_EXEC (systemd.exec(5)): the program could not be executed.
    private const int ExitExec = 203;

    private const string Waiting = "it waited for its restart after a crash, and was stopped";

    /// <summary>The signals that end programs (signal(7)).</summary>
    private static readonly Dictionary<int, string> s_signals = new()
    {
        [1] = "HUP", [2] = "INT", [3] = "QUIT", [4] = "ILL", [6] = "ABRT", [7] = "BUS", [8] = "FPE", [9] = "KILL",
        [11] = "SEGV", [13] = "PIPE", [14] = "ALRM", [15] = "TERM", [24] = "XCPU", [25] = "XFSZ", [31] = "SYS",
    };

    /// <summary>What it means that the unit is at rest; null when it was so already.</summary>
    public static VmTransition? OfEnd(VmTransition? last, UnitMoment now)
    {
        if (last is not null && !TransitionRules.IsUp(last) && last.Status != VmState.Starting)
        {
            return null;
        }

        return now.LastAsk(ask => ask.IsForced) is { } forced ? Forced(last, now, forced)
            : now.Active == UnitActiveState.Failed ? Failed(last, now)
            : Ended(last, now);
    }

    /// <summary>What systemd says of a QEMU that ended wrongly.</summary>
    public static VmTransition Crash(UnitMoment now)
    {
        var (cause, text) = WhyCrashed(now);
        return At(now, Crashed, VmState.Crashed, cause, text);
    }

    /// <summary>It went down with its host.</summary>
    public static VmTransition HostDown(UnitMoment now) => At(now, Stopped, VmState.Stopped, TransitionCause.HostDown, "the host went down");

    private static (TransitionCause Cause, string Text) WhyCrashed(UnitMoment now) => (now.Result, now.Run) switch
    {
        (ServiceResult.OomKill, _) => (OutOfMemory, "the kernel killed QEMU because there was no memory left"),
        _ when now.Story is { Panicked: true } or { ShutdownReason: "guest-panic" } => (GuestPanic, "the guest's kernel panicked"),
        (ServiceResult.Timeout or ServiceResult.Watchdog, _) => (QemuSignal, "systemd killed QEMU because it did not answer in time"),
        (_, { Code: 2, Status: var signal }) => (QemuSignal, $"QEMU was killed by {Signal(signal)}"),
        (_, { Code: 3, Status: var signal }) => (QemuSignal, $"QEMU crashed with {Signal(signal)}"),
        (_, { Code: 1, Status: ExitExec }) => (QemuError, "QEMU could not be executed"),
        (_, { Code: 1, Status: var status }) => (QemuError, string.Create(CultureInfo.InvariantCulture, $"QEMU ended with exit code {status}")),
        (ServiceResult.Signal or ServiceResult.CoreDump, _) => (QemuSignal, "QEMU was killed by a signal"),
        (ServiceResult.ExitCode, _) => (QemuError, "QEMU ended with an error"),
        _ => (Unknown, "its unit failed"),
    };

    private static VmTransition Forced(VmTransition? last, UnitMoment now, VmAsk forced)
    {
        var (kind, cause, text) = forced.Kind == AskKind.GiveUp ? (Stopped, StartFailed, "it could not be started, and the start was given up")
            : TransitionRules.WaitsForRestart(last) ? (Stopped, Request, Waiting)
            : (Killed, Request, "QEMU was ended at once, without asking the guest");
        return At(now, kind, VmState.Stopped, cause, text) with { Requester = forced.Who };
    }

    private static VmTransition Failed(VmTransition? last, UnitMoment now)
    {
        var (asked, who) = WhoStopped(last, now);
        if (TransitionRules.WaitsForRestart(last))
        {
            return At(now, Crashed, VmState.Crashed, TooManyCrashes, "it crashed too often, and systemd does not start it again");
        }

        // A unit whose processes had to be killed is failed until the one who stopped it through us has that forgotten.
        return asked && now.Result is ServiceResult.Timeout or ServiceResult.Signal
            ? Overdue(now) with { Requester = who, Status = who is null ? VmState.Crashed : VmState.Stopped }
            : Crash(now);
    }

    private static VmTransition? Ended(VmTransition? last, UnitMoment now)
    {
        var (asked, who) = WhoStopped(last, now);
        var viaUs = who is not null || now.LastAsk(ask => ask.Kind == AskKind.Stop) is not null;
        if (!viaUs && TransitionRules.WaitsForRestart(last))
        {
            // It is on its way to the next try, or to systemd's giving up. A stop by hand in this second looks the same.
            return null;
        }

        if (now.Story is { ByGuest: false, ShutdownReason: { } reason } && !TransitionRules.WaitsForRestart(last))
        {
            return asked
                ? Overdue(now) with { Requester = who }
                : At(now, Killed, VmState.Stopped, Outside, $"somebody ended QEMU, not through aetherscale; QEMU says: {reason}");
        }

        var (cause, text) = (viaUs, asked) switch
        {
            _ when TransitionRules.WaitsForRestart(last) => (Request, Waiting),
            (true, _) => (Request, "the guest shut down as it was asked to"),
            (_, true) => (Outside, "its unit was stopped by systemctl or the host, not through aetherscale"),
            _ when now.Story is { PowerButton: true } =>
                (Outside, "the guest shut down because somebody pressed its power button by QEMU's monitor; not through aetherscale"),
            _ when now.Story?.ShutdownReason is not null => (Guest, "the guest powered itself off"),
            _ => (Guest, "QEMU ended without an error and nobody had asked for it: the guest powered itself off"),
        };
        return At(now, Stopped, VmState.Stopped, cause, text) with { Requester = who };
    }

    private static VmTransition Overdue(UnitMoment now) =>
        At(now, Killed, VmState.Stopped, GraceOver, "the guest did not shut down in the time that it was given, and QEMU was ended");

    /// <summary>Whether a stop of the unit is under way, and who asked for it through us, this daemon or the one before.</summary>
    private static (bool Asked, VmRequester? Who) WhoStopped(VmTransition? last, UnitMoment now) =>
        now.LastAsk(ask => ask.Kind == AskKind.Stop) is { } ask ? (true, ask.Who)
            : last is { Event: Stopping } ? (true, last.Requester)
            : (last?.Status == VmState.Stopping || now.HasJob, null);

    private static VmTransition At(UnitMoment now, TransitionKind kind, VmState status, TransitionCause cause, string text) => new()
    {
        Time = now.Time,
        Event = kind,
        Status = status,
        Cause = cause,
        Text = text,
        Systemd = now.End,
        QmpReason = now.Story?.ShutdownReason,
        RunId = now.RunId,
    };

    private static string Signal(int number) => s_signals.TryGetValue(number, out var name)
        ? string.Create(CultureInfo.InvariantCulture, $"signal {number} ({name})")
        : string.Create(CultureInfo.InvariantCulture, $"signal {number}");
}

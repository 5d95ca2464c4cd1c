using System.Globalization;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>From the last line of a history and what systemd says now to what happened between, while nobody wrote it down.</summary>
internal static class AwayRules
{
    /// <returns>Null when it is as it was.</returns>
    public static VmTransition? Derive(VmTransition last, UnitMoment now) => Between(last, now) is { } found
        ? found with { WhileAway = true, Time = found.Time > last.Time ? found.Time : last.Time }
        : null;

    private static VmTransition? Between(VmTransition last, UnitMoment now)
    {
        var wasUp = TransitionRules.IsUp(last) || last.Status == VmState.Starting;
        var booted = last.Time < now.HostBoot;
        var restarts = now.Run?.Restarts ?? 0;
        return now.Active switch
        {
            UnitActiveState.Failed when last.Status == VmState.Crashed && last.RunId == now.RunId => null,
            UnitActiveState.Failed when restarts > 0 => GaveUp(now, restarts),
            UnitActiveState.Failed => EndRules.Crash(now),

            // A create that was cut off: it has never run.
            UnitActiveState.Inactive when last.Event == TransitionKind.Created && now.Run is null or { Code: 0 } => null,
            UnitActiveState.Inactive when wasUp && booted => EndRules.HostDown(now),
            UnitActiveState.Inactive => EndRules.OfEnd(last, now),
            UnitActiveState.Active when wasUp && !booted && restarts > 0 && last.RunId != now.RunId => Restarted(last, now, restarts),
            _ => TransitionRules.OfUnit(last, now),
        };
    }

    private static VmTransition GaveUp(UnitMoment now, int restarts)
    {
        var crash = EndRules.Crash(now);
        return crash with
        {
            Cause = TransitionCause.TooManyCrashes,
            Text = string.Create(
                CultureInfo.InvariantCulture, $"{crash.Text}; systemd had started it again {restarts} times, and does not any more"),
        };
    }

    private static VmTransition? Restarted(VmTransition last, UnitMoment now, int restarts) =>
        TransitionRules.OfUnit(last, now) is { } up
            ? up with
            {
                Event = TransitionKind.Restarted,
                Cause = TransitionCause.AutoRestart,
                Text = string.Create(
                    CultureInfo.InvariantCulture, $"it crashed, and systemd started it again; {restarts} times since it was started by hand"),
            }
            : null;
}

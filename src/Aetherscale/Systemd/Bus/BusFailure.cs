using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Systemd.Bus;

/// <summary>What the user reads when a call to systemd failed.</summary>
internal static class BusFailure
{
    /// <summary>systemd said no, by a named error.</summary>
    public static AetherscaleException Refused(BusCall call, BusErrorException error, SystemdScope scope)
    {
        var what = call.Subject.Length == 0 ? call.Member : $"{call.Member} {call.Subject}";
        return new AetherscaleException(SystemdUnavailable, error.ErrorName switch
        {
            SystemdErrors.NoSuchUnit => $"systemd has no unit {call.Subject}.",
            SystemdErrors.NoSuchProcess => $"No such process of {call.Subject} is running.",
            SystemdErrors.UnitMasked => $"The unit {call.Subject} is masked: {scope.Systemctl()} unmask {call.Subject}",
            SystemdErrors.LoadFailed or SystemdErrors.BadUnitSetting =>
                $"systemd cannot read the unit {call.Subject} ({error.Text}): {scope.Analyze()} verify {call.Subject}",
            SystemdErrors.JobTypeNotApplicable => $"{what} does not apply to this kind of unit ({error.Text}).",
            SystemdErrors.TransactionIsDestructive =>
                $"systemd is doing something else with {call.Subject}, such as shutting down ({error.Text}).",
            SystemdErrors.AccessDenied or SystemdErrors.InteractiveAuthorizationRequired =>
                $"systemd does not allow {what} to this user ({error.Text}).",
            _ => $"systemd refused {what}: {error.Text}",
        }, error);
    }

    /// <summary>systemd is there, and is silent.</summary>
    public static AetherscaleException TimedOut(BusCall call, SystemdAddress address) => new(
        SystemdUnavailable,
        $"systemd did not answer {call.Member} within {address.CallDeadline.TotalSeconds:0.#} s; it may still act on it. "
        + $"See what it does: {address.Scope.Systemctl()} list-jobs");

    /// <summary>Nobody is there.</summary>
    public static AetherscaleException Unreachable(SystemdAddress address) => new(
        SystemdUnavailable,
        address.Scope == SystemdScope.System
            ? $"No systemd answers at {address.PrivateSocket}. It must run as PID 1 here."
            : $"No systemd user manager answers at {address.PrivateSocket}. It runs while its user is logged in, or always "
        + "after: loginctl enable-linger");

    /// <summary>The connection broke after the call was sent, and it must not be sent twice.</summary>
    public static AetherscaleException LostInBetween(BusCall call) => new(
        SystemdUnavailable,
        $"systemd restarted before it answered {call.Member} {call.Subject}; look at the unit, then try again.");
}

using System.Globalization;

namespace Aetherscale.VirtualMachines.History;

/// <summary>Why a VM is in its state, in one sentence.</summary>
internal static class WhySentence
{
    /// <param name="name">What people call the VM.</param>
    /// <param name="state">Its state now.</param>
    /// <param name="hint">Why it is so, where the state's rules know.</param>
    /// <param name="events">What happened to it, the latest last.</param>
    public static string Of(string name, VmState state, string? hint, IReadOnlyList<VmTransition> events)
    {
        var subject = $"VM \"{name}\" is {KebabWord<VmState>.Of(state)}";
        if (events is not [.., var last])
        {
            return hint is null ? $"{subject}; nothing is known of what happened to it." : $"{subject}: {hint}.";
        }

        if (last.Status != state)
        {
            return $"{subject}{(hint is null ? "" : $": {hint}")}; what is known last: {Clause(last)}.";
        }

        return $"{subject}: {Clause(last)}{Before(last, events)}.";
    }

    /// <summary>What happened, who asked, and when.</summary>
    public static string Clause(VmTransition what) =>
        $"{what.Text}{Times(what)}{By(what.Requester)}, at {Moment(what.Time)}{(what.WhileAway == true ? ", while no daemon ran" : "")}";

    /// <summary>Who asked, as far as it is known; empty when nobody did through us.</summary>
    public static string By(VmRequester? who) => who is null ? ""
        : string.Create(CultureInfo.InvariantCulture, $" ({who.Command} {Where(who)}{(who.RequestId is null ? "" : $", request {who.RequestId}")})");

    private static string Where(VmRequester who) => who.Door == "socket"
        ? string.Create(CultureInfo.InvariantCulture, $"from user {who.Uid}, {who.Client ?? "a program that has ended"}[{who.Pid}]")
        : $"over {who.Client ?? who.Door}";

    private static string Times(VmTransition what) =>
        what.Times is { } times ? string.Create(CultureInfo.InvariantCulture, $", {times} times") : "";

    /// <summary>The crash behind a restart, or behind systemd's giving up.</summary>
    private static string Before(VmTransition last, IReadOnlyList<VmTransition> events)
    {
        var needsMore = last.Cause is TransitionCause.AutoRestart or TransitionCause.TooManyCrashes;
        var crash = needsMore ? events.SkipLast(1).LastOrDefault(found => found.Event == TransitionKind.Crashed) : null;
        return crash is null ? "" : $"; before, {Clause(crash)}";
    }

    private static string Moment(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

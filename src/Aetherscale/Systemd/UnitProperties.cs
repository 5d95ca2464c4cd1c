using System.Collections.Frozen;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>What systemd knows about a loaded unit (org.freedesktop.systemd1(5), Unit and Service).</summary>
internal sealed record UnitProperties
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        nameof(LoadState), nameof(ActiveState), nameof(SubState), nameof(Result), "MainPID", "ExecMainPID",
        nameof(ExecMainStartTimestamp), nameof(ExecMainCode),
        nameof(ExecMainStatus), nameof(NRestarts), "InvocationID", nameof(NeedDaemonReload), nameof(FragmentPath),
        nameof(ActiveEnterTimestamp), nameof(InactiveEnterTimestamp), "Job");

    public required UnitLoadState LoadState { get; init; }

    public required UnitActiveState ActiveState { get; init; }

    public required UnitSubState SubState { get; init; }

    /// <summary><see cref="ServiceResult.Unknown"/> for what is no service.</summary>
    public required ServiceResult Result { get; init; }

    /// <summary>0 when no main process runs.</summary>
    public required int MainPid { get; init; }

    /// <summary>The last main process, which may have ended; 0 before the first.</summary>
    public required int ExecMainPid { get; init; }

    /// <summary>When that process was started; null before the first.</summary>
    public required DateTimeOffset? ExecMainStartTimestamp { get; init; }

    /// <summary>How the last main process ended: <c>si_code</c> of waitid(2), 1 exited, 2 killed, 3 dumped core; 0 not yet.</summary>
    public required int ExecMainCode { get; init; }

    /// <summary>Its exit status, or the signal.</summary>
    public required int ExecMainStatus { get; init; }

    /// <summary>How often <c>Restart=</c> has acted since the last start by hand.</summary>
    public required int NRestarts { get; init; }

    /// <summary>32 hexadecimal digits that name this run, in the journal too; empty before the first.</summary>
    public required string InvocationId { get; init; }

    /// <summary>True while a job of the unit's is queued or runs.</summary>
    public required bool HasJob { get; init; }

    /// <summary>True when the unit's file has changed since systemd read it.</summary>
    public required bool NeedDaemonReload { get; init; }

    /// <summary>The unit's file; empty when it has none.</summary>
    public required string FragmentPath { get; init; }

    /// <summary>When the unit last became active; null for never.</summary>
    public required DateTimeOffset? ActiveEnterTimestamp { get; init; }

    /// <summary>When the unit last became inactive; null for never.</summary>
    public required DateTimeOffset? InactiveEnterTimestamp { get; init; }

    /// <summary>The call that reads them from the unit's object.</summary>
    public static BusCall<UnitProperties> ReadFrom(string path, string unit) =>
        new(path, BusCall.Properties, "GetAll", static reply => From(PropertyBag.Read(reply, s_names)))
        {
            Subject = unit,

            // The empty interface stands for all of them: Unit and Service in one call.
            Write = static message => message.AppendString(""),
        };

    private static UnitProperties From(PropertyBag bag) => new()
    {
        LoadState = SystemdWord.Parse<UnitLoadState>(bag.Text(nameof(LoadState))),
        ActiveState = SystemdWord.Parse<UnitActiveState>(bag.Text(nameof(ActiveState))),
        SubState = SystemdWord.Parse<UnitSubState>(bag.Text(nameof(SubState))),
        Result = SystemdWord.Parse<ServiceResult>(bag.Text(nameof(Result))),
        MainPid = (int)bag.Number("MainPID"),
        ExecMainPid = (int)bag.Number("ExecMainPID"),
        ExecMainStartTimestamp = Timestamp(bag.Number(nameof(ExecMainStartTimestamp))),
        ExecMainCode = (int)bag.Number(nameof(ExecMainCode)),
        ExecMainStatus = (int)bag.Number(nameof(ExecMainStatus)),
        NRestarts = (int)bag.Number(nameof(NRestarts)),
        InvocationId = bag.Text("InvocationID"),
        NeedDaemonReload = bag.Number(nameof(NeedDaemonReload)) != 0,
        FragmentPath = bag.Text(nameof(FragmentPath)),
        ActiveEnterTimestamp = Timestamp(bag.Number(nameof(ActiveEnterTimestamp))),
        InactiveEnterTimestamp = Timestamp(bag.Number(nameof(InactiveEnterTimestamp))),
        HasJob = bag.Text("Job") is not ("" or "/"),
    };

    private static DateTimeOffset? Timestamp(ulong microseconds) =>
        microseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
}

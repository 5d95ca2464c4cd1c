using System.Collections.Frozen;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>
/// What systemd knows about a loaded unit (org.freedesktop.systemd1(5), Unit and Service). A slow question where the unit has
/// a system call filter: systemd spells out each call in it, some 20 KB.
/// </summary>
internal sealed record UnitProperties : UnitState
{
    private static readonly FrozenSet<string> s_names = StateNames.Concat(
    [
        nameof(Result), "MainPID", "ExecMainPID", nameof(ExecMainStartTimestamp), nameof(ExecMainCode), nameof(ExecMainStatus),
        nameof(NRestarts), nameof(DropInPaths),
    ]).ToFrozenSet();

    private UnitProperties(PropertyBag bag)
        : base(bag)
    {
        Result = SystemdWord.Parse<ServiceResult>(bag.Text(nameof(Result)));
        MainPid = (int)bag.Number("MainPID");
        ExecMainPid = (int)bag.Number("ExecMainPID");
        ExecMainStartTimestamp = Timestamp(bag.Number(nameof(ExecMainStartTimestamp)));
        ExecMainCode = (int)bag.Number(nameof(ExecMainCode));
        ExecMainStatus = (int)bag.Number(nameof(ExecMainStatus));
        NRestarts = (int)bag.Number(nameof(NRestarts));
        DropInPaths = bag.List(nameof(DropInPaths));
    }

    /// <summary><see cref="ServiceResult.Unknown"/> for what is no service.</summary>
    public ServiceResult Result { get; }

    /// <summary>0 when no main process runs.</summary>
    public int MainPid { get; }

    /// <summary>The last main process, which may have ended; 0 before the first.</summary>
    public int ExecMainPid { get; }

    /// <summary>When that process was started; null before the first.</summary>
    public DateTimeOffset? ExecMainStartTimestamp { get; }

    /// <summary>How the last main process ended: <c>si_code</c> of waitid(2), 1 exited, 2 killed, 3 dumped core; 0 not yet.</summary>
    public int ExecMainCode { get; }

    /// <summary>Its exit status, or the signal.</summary>
    public int ExecMainStatus { get; }

    /// <summary>How often <c>Restart=</c> has acted since the last start by hand.</summary>
    public int NRestarts { get; }

    /// <summary>The files that add to the unit's own.</summary>
    public IReadOnlyList<string> DropInPaths { get; }

    /// <summary>The call that reads them from the unit's object.</summary>
    public static BusCall<UnitProperties> ReadFrom(string path, string unit) =>
        new(path, BusCall.Properties, "GetAll", static reply => new UnitProperties(PropertyBag.Read(reply, s_names)))
        {
            Subject = unit,
            MayBeNoUnit = true,

            // The empty interface stands for all of them: Unit and Service in one call.
            Write = static message => message.AppendString(""),
        };
}

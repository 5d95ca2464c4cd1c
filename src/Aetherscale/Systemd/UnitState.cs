using System.Collections.Frozen;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>What every loaded unit has (org.freedesktop.systemd1(5), Unit): a quick question.</summary>
internal record UnitState
{
    /// <summary>The interface that these are properties of.</summary>
    public const string Interface = "org.freedesktop.systemd1.Unit";

    /// <summary>Their names on the bus.</summary>
    protected static readonly IReadOnlyList<string> StateNames =
    [
        nameof(LoadState), nameof(ActiveState), nameof(SubState), "InvocationID", "Job", nameof(NeedDaemonReload),
        nameof(FragmentPath), nameof(ActiveEnterTimestamp), nameof(InactiveEnterTimestamp),
    ];

    private static readonly FrozenSet<string> s_names = StateNames.ToFrozenSet();

    protected UnitState(PropertyBag bag)
    {
        LoadState = SystemdWord.Parse<UnitLoadState>(bag.Text(nameof(LoadState)));
        ActiveState = SystemdWord.Parse<UnitActiveState>(bag.Text(nameof(ActiveState)));
        SubState = SystemdWord.Parse<UnitSubState>(bag.Text(nameof(SubState)));
        InvocationId = bag.Text("InvocationID");
        HasJob = bag.Text("Job") is not ("" or "/");
        NeedDaemonReload = bag.Number(nameof(NeedDaemonReload)) != 0;
        FragmentPath = bag.Text(nameof(FragmentPath));
        ActiveEnterTimestamp = Timestamp(bag.Number(nameof(ActiveEnterTimestamp)));
        InactiveEnterTimestamp = Timestamp(bag.Number(nameof(InactiveEnterTimestamp)));
    }

    public UnitLoadState LoadState { get; }

    public UnitActiveState ActiveState { get; }

    public UnitSubState SubState { get; }

    /// <summary>32 hexadecimal digits that name this run, in the journal too; empty before the first.</summary>
    public string InvocationId { get; }

    /// <summary>True while a job of the unit's is queued or runs.</summary>
    public bool HasJob { get; }

    /// <summary>True when the unit's file has changed since systemd read it.</summary>
    public bool NeedDaemonReload { get; }

    /// <summary>The unit's file; empty when it has none.</summary>
    public string FragmentPath { get; }

    /// <summary>When the unit last became active; null for never.</summary>
    public DateTimeOffset? ActiveEnterTimestamp { get; }

    /// <summary>When the unit last became inactive; null for never.</summary>
    public DateTimeOffset? InactiveEnterTimestamp { get; }

    /// <summary>The call that reads them from the unit's object.</summary>
    public static BusCall<UnitState> ReadStateFrom(string path, string unit) =>
        new(path, BusCall.Properties, "GetAll", static reply => new UnitState(PropertyBag.Read(reply, s_names)))
        {
            Subject = unit,
            MayBeNoUnit = true,
            Write = static message => message.AppendString(Interface),
        };

    protected static DateTimeOffset? Timestamp(ulong microseconds) =>
        microseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds);
}

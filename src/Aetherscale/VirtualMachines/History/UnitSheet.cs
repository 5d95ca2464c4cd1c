using System.Globalization;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>A unit's properties as <c>systemctl show</c> would print them.</summary>
internal static class UnitSheet
{
    public static IReadOnlyList<string> Of(UnitProperties unit) =>
    [
        $"LoadState={Word(unit.LoadState)}",
        $"ActiveState={Word(unit.ActiveState)}",
        $"SubState={Word(unit.SubState)}",
        $"Result={Word(unit.Result)}",
        string.Create(CultureInfo.InvariantCulture, $"MainPID={unit.MainPid}"),
        string.Create(CultureInfo.InvariantCulture, $"ExecMainPID={unit.ExecMainPid}"),
        string.Create(CultureInfo.InvariantCulture, $"ExecMainCode={unit.ExecMainCode}"),
        string.Create(CultureInfo.InvariantCulture, $"ExecMainStatus={unit.ExecMainStatus}"),
        string.Create(CultureInfo.InvariantCulture, $"NRestarts={unit.NRestarts}"),
        $"ExecMainStartTimestamp={Time(unit.ExecMainStartTimestamp)}",
        $"ActiveEnterTimestamp={Time(unit.ActiveEnterTimestamp)}",
        $"InactiveEnterTimestamp={Time(unit.InactiveEnterTimestamp)}",
        $"InvocationID={unit.InvocationId}",
        $"NeedDaemonReload={(unit.NeedDaemonReload ? "yes" : "no")}",
        $"FragmentPath={unit.FragmentPath}",
    ];

    private static string Word<T>(T value)
        where T : struct, Enum => KebabWord<T>.Of(value);

    private static string Time(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}

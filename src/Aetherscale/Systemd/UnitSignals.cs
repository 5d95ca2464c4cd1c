using System.Collections.Frozen;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>
/// Makes changes out of <c>PropertiesChanged</c> signals. For each change systemd sends the signal of the unit's kind
/// first and the general one second, and lets clients rely on that order. Used on the bus thread only.
/// </summary>
internal sealed class UnitSignals(IReadOnlyList<string> prefixes)
{
    private const string UnitInterface = "org.freedesktop.systemd1.Unit";
    private const string ServiceInterface = "org.freedesktop.systemd1.Service";

    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        "ActiveState", "SubState", "Result", "Job", "InvocationID", "ExecMainPID", "ExecMainCode", "ExecMainStatus", "NRestarts");

    private (string Unit, ServiceResult Result, ServiceRun Run)? _service;

    /// <summary>The change that this signal completes; null when it is about something else.</summary>
    public UnitChange? Read(BusMessage signal)
    {
        if (UnitPath.ToUnit(signal.Path) is not { } unit
            || !prefixes.Any(prefix => unit.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return null;
        }

        var about = signal.ReadString();
        if (about is not (UnitInterface or ServiceInterface))
        {
            return null;
        }

        var properties = PropertyBag.Read(signal, s_names);
        if (about == ServiceInterface)
        {
            _service = properties.HasText("Result")
                ? (unit, SystemdWord.Parse<ServiceResult>(properties.Text("Result")), RunIn(properties))
                : null;
            return null;
        }

        return properties.HasText("ActiveState") ? Change(unit, properties) : null;
    }

    private static ServiceRun RunIn(PropertyBag properties) => new(
        (int)properties.Number("ExecMainPID"),
        (int)properties.Number("ExecMainCode"),
        (int)properties.Number("ExecMainStatus"),
        (int)properties.Number("NRestarts"));

    private UnitChange Change(string unit, PropertyBag properties)
    {
        var service = _service is { } last && last.Unit == unit ? _service : null;
        return new UnitChange(
            unit,
            SystemdWord.Parse<UnitActiveState>(properties.Text("ActiveState")),
            SystemdWord.Parse<UnitSubState>(properties.Text("SubState")),
            service?.Result)
        {
            HasJob = properties.Text("Job") is not ("" or "/"),
            InvocationId = properties.Text("InvocationID"),
            Run = service?.Run,
        };
    }
}

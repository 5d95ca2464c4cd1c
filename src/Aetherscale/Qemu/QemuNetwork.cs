using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>
/// The network back ends inside QEMU: <c>card ← port nic0 ← hub 0 → port leg0 → vde0 → switch</c>. The leg is plugged in
/// over QMP: a VDE leg on the command line ends QEMU when the switch is down. A third port, with nothing on it, keeps the
/// hub taking what the guest sends while there is no leg; without it the card would stop sending for good.
/// </summary>
internal static class QemuNetwork
{
    /// <summary>The hub's port that the guest's card is on.</summary>
    public const string CardPort = "nic0";

    /// <summary>The hub's port that the leg to the switch is on.</summary>
    public const string LegPort = "leg0";

    /// <summary>The leg to the switch.</summary>
    public const string Leg = "vde0";

    /// <summary>0660.</summary>
    private const int SharedMode = 0x1b0;

    private const string PlainInPaths = "/._-+=,: ";

    /// <summary>The hub's port with nothing on it.</summary>
    public const string SinkPort = "sink0";

    /// <summary>QMP commands, a line each, that plug a card in which has no leg yet.</summary>
    /// <param name="switchPath">The switch's control folder.</param>
    /// <param name="isShared">The switch is another user's, who shares a group with QEMU.</param>
    public static IReadOnlyList<string> PlugCommands(string switchPath, bool isShared) =>
    [
        QemuJson.Object(command => command.WriteString("execute", "qmp_capabilities")),
        NetdevAdd(netdev => WriteSwitchLeg(netdev, switchPath, isShared)),
        NetdevAdd(netdev => WriteHubPort(netdev, LegPort, Leg)),
    ];

    /// <summary>Writes the members of a hub's port.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="id">The port's id.</param>
    /// <param name="netdev">The back end behind it; null for the card's own port.</param>
    public static void WriteHubPort(Utf8JsonWriter json, string id, string? netdev)
    {
        json.WriteString("type", "hubport");
        json.WriteString("id", id);
        json.WriteNumber("hubid", 0);
        if (netdev is not null)
        {
            json.WriteString("netdev", netdev);
        }
    }

    /// <summary>Writes the members of the leg to the switch with this control folder.</summary>
    /// <exception cref="ArgumentException">libvdeplug would not take the path for a plain path.</exception>
    public static void WriteSwitchLeg(Utf8JsonWriter json, string switchPath, bool isShared)
    {
        // libvdeplug reads it as a URL: quotes, %41, [port] and ; mean something to it, and cmd:// starts a program.
        if (!switchPath.StartsWith('/') || switchPath.Contains("://", StringComparison.Ordinal)
            || !switchPath.All(c => char.IsLetterOrDigit(c) || PlainInPaths.Contains(c, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"VDE cannot have its switch at {switchPath}", nameof(switchPath));
        }

        json.WriteString("type", "vde");
        json.WriteString("id", Leg);
        json.WriteString("sock", switchPath);
        if (isShared)
        {
            // Of QEMU's own socket, to which the switch sends.
            json.WriteNumber("mode", SharedMode);
        }
    }

    private static string NetdevAdd(Action<Utf8JsonWriter> members) => QemuJson.Object(command =>
    {
        command.WriteString("execute", "netdev_add");
        command.WriteStartObject("arguments");
        members(command);
        command.WriteEndObject();
    });
}

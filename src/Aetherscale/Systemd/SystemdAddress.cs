using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>Which manager we talk to.</summary>
/// <param name="RuntimeFolder">The user's <c>XDG_RUNTIME_DIR</c>, or /run.</param>
/// <param name="Scope">Whose manager it is.</param>
internal sealed record SystemdAddress(string RuntimeFolder, SystemdScope Scope = SystemdScope.User)
{
    /// <summary>How long a call may take, a connection to be made included. Jobs have no deadline but the caller's.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Changes of units whose names begin with one of these are told.</summary>
    public IReadOnlyList<string> WatchedPrefixes { get; init; } = ["aetherscale-"];

    /// <summary>The manager's own socket; needs no D-Bus daemon, and is twice as fast.</summary>
    public string PrivateSocket => Path.Combine(RuntimeFolder, "systemd", "private");

    /// <summary>The user's bus, or the system's.</summary>
    public string BusSocket => Scope == SystemdScope.System ? Path.Combine(RuntimeFolder, "dbus", "system_bus_socket") : Path.Combine(RuntimeFolder, "bus");

    /// <summary>In the order of preference.</summary>
    public IReadOnlyList<BusAddress> BusAddresses =>
    [
        BusAddress.ForSocket(PrivateSocket, isMessageBus: false),
        BusAddress.ForSocket(BusSocket, isMessageBus: true),
    ];
}

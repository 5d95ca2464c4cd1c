using Aetherscale.Networking;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// The three systemd units of a network. Each comes back by itself when it is killed, and brings those above it along:
/// switch ← router ← uplink.
/// </summary>
internal static class NetworkUnits
{
    /// <summary>Around all three: only what a user manager really enforces.</summary>
    private static readonly (string Key, string Value)[] s_sandbox =
    [
        ("NoNewPrivileges", "yes"),
        ("LockPersonality", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("RestrictRealtime", "yes"),
        ("SystemCallArchitectures", "native"),
        ("SystemCallFilter", "@system-service"),
        ("SystemCallErrorNumber", "EPERM"),
        ("KeyringMode", "private"),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
    ];

    // The switch talks to guests' QEMUs and needs nothing of the host. Its folders are seen in spite of ProtectHome, which
    // hides the manager's own sockets. RestrictSUIDSGID would end it: it marks its folder setgid.
    private static readonly (string Key, string Value)[] s_switchSandbox =
    [
        ("PrivateUsers", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("PrivateTmp", "yes"),
        ("PrivateMounts", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX"),
    ];

    // These two make and join the router's namespaces and their interfaces: no PrivateUsers, without which a user manager
    // accepts the Protect… settings and does nothing.
    private static readonly (string Key, string Value)[] s_routerSandbox =
    [
        ("RestrictSUIDSGID", "yes"),
        ("RestrictNamespaces", "user net"),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET"),
    ];

    private static readonly (string Key, string Value)[] s_uplinkSandbox =
    [
        ("RestrictSUIDSGID", "yes"),
        ("RestrictNamespaces", "user net"),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
    ];

    private static readonly (string Key, string Value)[] s_bridgeSandbox =
    [
        ("RestrictSUIDSGID", "yes"),
        ("RestrictNamespaces", "yes"),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_NETLINK"),
        ("DevicePolicy", "closed"),
        ("DeviceAllow", "/dev/net/tun rw"),
    ];

    // A manager that runs as root makes all of this without a user namespace. The router reads its files from a folder that only root enters.
    private static readonly (string Key, string Value)[] s_routerBySystem =
    [
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("PrivateTmp", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectKernelLogs", "yes"),
        ("ProtectControlGroups", "yes"),
        ("ProtectClock", "yes"),
        ("CapabilityBoundingSet", ""),
    ];

    public static string SwitchOf(NetworkName network) => $"aetherscale-net-{network}.service";

    public static string RouterOf(NetworkName network) => $"aetherscale-net-{network}-router.service";

    public static string BridgeOf(NetworkName network) => $"aetherscale-net-{network}-bridge.service";

    public static string UplinkOf(NetworkName network) => $"aetherscale-net-{network}-uplink.service";

    /// <summary>Every unit of the network with its text.</summary>
    /// <param name="paths">The network's files.</param>
    /// <param name="dataFolder">Whose network it is.</param>
    /// <param name="user">As whom the units run, under PID 1; null in the user's own manager.</param>
    /// <param name="bridge">The host's bridge that the VMs are on instead of a router of ours; only under PID 1.</param>
    public static IReadOnlyList<(string Unit, string Text)> Render(NetworkPaths paths, string dataFolder, VmUser? user, string? bridge = null) =>
        bridge is not null && user is not null ?
    [
        (SwitchOf(paths.Name), Switch(paths, dataFolder, user, BridgeOf(paths.Name))),
        (BridgeOf(paths.Name), Bridge(paths, dataFolder, user, bridge)),
    ] :
    [
        (SwitchOf(paths.Name), Switch(paths, dataFolder, user, RouterOf(paths.Name))),
        (RouterOf(paths.Name), Router(paths, dataFolder, user)),
        (UplinkOf(paths.Name), Uplink(paths, dataFolder, user)),
    ];

    private static string Switch(NetworkPaths paths, string dataFolder, VmUser? user, string upheld)
    {
        var text = Begin(paths, dataFolder, "switch")
            .Set("Upholds", upheld)
            .Section("Service")
            .Set("Type", "forking")
            .Set("PIDFile", $"%t/{paths.RelativeSwitchPid}")
            .Set("RuntimeDirectory", $"{paths.RelativeSwitchFolder} {paths.RelativeControlFolder}")
            .Set("RuntimeDirectoryMode", user is null ? "0700" : "0750")
            .Comment("Running VMs have the folder bound in: it must stay while the switch is restarted.")
            .Set("RuntimeDirectoryPreserve", "yes");
        if (user is not null)
        {
            text.Comment("QEMUs are other users, and may have left there what only root can remove.");
        }

        return text.Command("ExecStartPre", NetworkCommands.CleanSwitch(paths), asRoot: user is not null)
            .Command("ExecStart", NetworkCommands.Switch(paths, isShared: user is not null))
            .Set("LimitNOFILE", "4096")
            .Set("Restart", "always")
            .Set("RestartSec", "100ms")
            .Set("TimeoutStopSec", "5")
            .Confine(user, s_switchSandbox)
            .Build();
    }

    private static string Router(NetworkPaths paths, string dataFolder, VmUser? user)
    {
        var text = Begin(paths, dataFolder, "router")
            .Set("BindsTo", SwitchOf(paths.Name))
            .Set("PartOf", SwitchOf(paths.Name))
            .Set("After", SwitchOf(paths.Name))
            .Set("Upholds", UplinkOf(paths.Name))
            .Section("Service")
            .Set("Type", "notify")
            .Set("NotifyAccess", "all")
            .Set("RuntimeDirectory", paths.RelativeRouterFolder)
            .Set("RuntimeDirectoryMode", "0700")
            .Command("ExecStart", NetworkCommands.Router(paths))
            .Set("Restart", "always")
            .Set("RestartSec", "100ms")
            .Set("TimeoutStartSec", "10")
            .Set("TimeoutStopSec", "5")
            .Confine(user, s_routerSandbox);
        if (user is not null)
        {
            text.Set("TemporaryFileSystem", UnitEscaper.BindPath(dataFolder + ":ro"))
                .Set("BindReadOnlyPaths", UnitEscaper.BindPath(paths.RouterFolder));
            Add(text, s_routerBySystem);
        }

        return text.Build();
    }

    private static string Bridge(NetworkPaths paths, string dataFolder, VmUser user, string bridge)
    {
        var leg = InterfaceName.LegOf(paths);
        var text = Begin(paths, dataFolder, "bridge")
            .Set("BindsTo", SwitchOf(paths.Name))
            .Set("PartOf", SwitchOf(paths.Name))
            .Set("After", SwitchOf(paths.Name))
            .Section("Service")
            .Set("Type", "exec")
            .Comment($"Root puts an interface into the bridge; all that goes through it goes through a program without rights.")
            .Command("ExecStartPre", NetworkCommands.RemoveLeg(leg), mayFail: true, asRoot: true);
        foreach (var command in NetworkCommands.MakeLeg(leg, bridge, user.Name))
        {
            text.Command("ExecStartPre", command, asRoot: true);
        }

        text.Command("ExecStart", NetworkCommands.Bridge(paths, leg))
            .Command("ExecStopPost", NetworkCommands.RemoveLeg(leg), mayFail: true, asRoot: true)
            .Set("Restart", "always")
            .Set("RestartSec", "1")
            .Set("TimeoutStopSec", "5")
            .Confine(user, s_bridgeSandbox);
        return Add(text, s_routerBySystem).Build();
    }

    private static string Uplink(NetworkPaths paths, string dataFolder, VmUser? user)
    {
        var text = Begin(paths, dataFolder, "uplink")
            .Set("BindsTo", RouterOf(paths.Name))
            .Set("PartOf", RouterOf(paths.Name))
            .Set("After", RouterOf(paths.Name))
            .Section("Service")
            .Set("Type", "exec");
        const string Comment = "Guests must not reach the host's own loopback through the uplink.";
        if (user is null)
        {
            text.Set("EnvironmentFile", $"%t/{paths.RelativeNamespaceFile}")
                .Comment(Comment)
                .Set("ExecStart", NetworkCommands.Uplink("${NAMESPACE_PID}"));
        }
        else
        {
            // systemd would read the file as root, and it is the router's to write.
            text.Comment(Comment)
                .Command("ExecStart", ["/bin/sh", "-ec", $". \"$0\"; exec {NetworkCommands.Uplink("\"$NAMESPACE_PID\"")}", paths.NamespaceFile]);
        }

        text.Set("Restart", "always")
            .Set("RestartSec", "100ms")
            .Set("TimeoutStopSec", "5")
            .Confine(user, s_uplinkSandbox);
        return (user is null ? text : Add(text, s_routerBySystem)).Build();
    }

    private static UnitText Begin(NetworkPaths paths, string dataFolder, string part) => OwnUnits.Sign(
        new UnitText()
            .Comment($"Written by aetherscale from {paths.Spec}: the {part} of network \"{paths.Name}\".")
            .Section("Unit")
            .Description($"aetherscale network {paths.Name} - {part}"),
        dataFolder)
        .Comment("It comes back at once, but gives up in time: who waits for it must not wait for ever.")
        .Set("StartLimitIntervalSec", "10")
        .Set("StartLimitBurst", "20");

    private static UnitText Confine(this UnitText text, VmUser? user, (string Key, string Value)[] own)
    {
        if (user is not null)
        {
            text.Set("User", user.Name).Set("Group", user.Group);
        }

        return Add(text, [.. s_sandbox, .. own]);
    }

    private static UnitText Add(UnitText text, (string Key, string Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            text.Set(key, value);
        }

        return text;
    }
}

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

    public static string SwitchOf(NetworkName network) => $"aetherscale-net-{network}.service";

    public static string RouterOf(NetworkName network) => $"aetherscale-net-{network}-router.service";

    public static string UplinkOf(NetworkName network) => $"aetherscale-net-{network}-uplink.service";

    /// <summary>Every unit of the network with its text.</summary>
    public static IReadOnlyList<(string Unit, string Text)> Render(NetworkPaths paths, string dataFolder) =>
    [
        (SwitchOf(paths.Name), Switch(paths, dataFolder)),
        (RouterOf(paths.Name), Router(paths, dataFolder)),
        (UplinkOf(paths.Name), Uplink(paths, dataFolder)),
    ];

    private static string Switch(NetworkPaths paths, string dataFolder) => Begin(paths, dataFolder, "switch")
        .Set("Upholds", RouterOf(paths.Name))
        .Section("Service")
        .Set("Type", "forking")
        .Set("PIDFile", $"%t/{paths.RelativeSwitchPid}")
        .Set("RuntimeDirectory", $"{paths.RelativeSwitchFolder} {paths.RelativeControlFolder}")
        .Set("RuntimeDirectoryMode", "0700")
        .Comment("Running VMs have the folder bound in: it must stay while the switch is restarted.")
        .Set("RuntimeDirectoryPreserve", "yes")
        .Command("ExecStartPre", NetworkCommands.CleanSwitch(paths))
        .Command("ExecStart", NetworkCommands.Switch(paths))
        .Set("LimitNOFILE", "4096")
        .Set("Restart", "always")
        .Set("RestartSec", "100ms")
        .Set("TimeoutStopSec", "5")
        .Confine(s_switchSandbox)
        .Build();

    private static string Router(NetworkPaths paths, string dataFolder) => Begin(paths, dataFolder, "router")
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
        .Confine(s_routerSandbox)
        .Build();

    private static string Uplink(NetworkPaths paths, string dataFolder) => Begin(paths, dataFolder, "uplink")
        .Set("BindsTo", RouterOf(paths.Name))
        .Set("PartOf", RouterOf(paths.Name))
        .Set("After", RouterOf(paths.Name))
        .Section("Service")
        .Set("Type", "exec")
        .Set("EnvironmentFile", $"%t/{paths.RelativeNamespaceFile}")
        .Comment("Guests must not reach the host's own loopback through the uplink.")
        .Set(
            "ExecStart",
            "/usr/bin/slirp4netns --configure --mtu=1500 "
            + $"--cidr={RouterFiles.UplinkNetwork} --disable-host-loopback ${{NAMESPACE_PID}} tap0")
        .Set("Restart", "always")
        .Set("RestartSec", "100ms")
        .Set("TimeoutStopSec", "5")
        .Confine(s_uplinkSandbox)
        .Build();

    private static UnitText Begin(NetworkPaths paths, string dataFolder, string part) => OwnUnits.Sign(
        new UnitText()
            .Comment($"Written by aetherscale from {paths.Spec}: the {part} of network \"{paths.Name}\".")
            .Section("Unit")
            .Description($"aetherscale network {paths.Name} - {part}"),
        dataFolder)
        .Comment("It comes back at once, but gives up in time: who waits for it must not wait for ever.")
        .Set("StartLimitIntervalSec", "10")
        .Set("StartLimitBurst", "20");

    private static UnitText Confine(this UnitText text, (string Key, string Value)[] own)
    {
        foreach (var (key, value) in s_sandbox.Concat(own))
        {
            text.Set(key, value);
        }

        return text;
    }
}

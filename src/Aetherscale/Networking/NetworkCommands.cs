using System.Globalization;

namespace Aetherscale.Networking;

/// <summary>The programs that a network is made of, as argument lists.</summary>
internal static class NetworkCommands
{
    /// <summary>More VMs than one host carries; vde_switch would stop at 32 without a word.</summary>
    public const int SwitchPorts = 1024;

    /// <summary>Removes what a switch that was killed left: vde_switch would exit over it and call that a success.</summary>
    public static IReadOnlyList<string> CleanSwitch(NetworkPaths paths) =>
        ["/usr/bin/rm", "-rf", paths.SwitchSocket, paths.ManagementSocket, paths.SwitchPid];

    public static IReadOnlyList<string> Switch(NetworkPaths paths) =>
    [
        "/usr/bin/vde_switch",
        "--numports", SwitchPorts.ToString(CultureInfo.InvariantCulture),
        "--sock", paths.SwitchSocket,
        "--mgmt", paths.ManagementSocket,
        "--mgmtmode", "0600",
        "--rcfile", "/dev/null",
        "--daemon",
        "--pidfile", paths.SwitchPid,
    ];

    /// <summary>A user and network namespace with one leg on the switch.</summary>
    public static IReadOnlyList<string> Router(NetworkPaths paths) =>
        ["/usr/bin/vdens", "vde://" + paths.SwitchSocket, "/bin/sh", "-e", paths.RouterScript, paths.RouterFolder];

    /// <summary>From a shell-less <c>nc</c> in the router's namespace to a guest's port; it says on stderr when it is connected.</summary>
    /// <param name="namespacePid">The namespace's process.</param>
    /// <param name="address">The guest's.</param>
    /// <param name="port">From 1 to 65535.</param>
    public static (string Program, IReadOnlyList<string> Arguments) Connect(int namespacePid, string address, int port) =>
    (
        "/usr/bin/nsenter",
        [
            "--user", "--net", "--preserve-credentials",
            "--target", namespacePid.ToString(CultureInfo.InvariantCulture),
            "--",
            "/usr/bin/nc", "-v", "-n", "-N", address, port.ToString(CultureInfo.InvariantCulture),
        ]);
}

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

    /// <param name="paths">The network's files.</param>
    /// <param name="isShared">Whether the switch's group may plug in. The folder's sticky bit keeps members from each other's sockets.</param>
    public static IReadOnlyList<string> Switch(NetworkPaths paths, bool isShared) =>
    [
        "/usr/bin/vde_switch",
        "--numports", SwitchPorts.ToString(CultureInfo.InvariantCulture),
        "--sock", paths.SwitchSocket,
        .. isShared ? ["--mode", "0660", "--dirmode", "03770"] : Array.Empty<string>(),
        "--mgmt", paths.ManagementSocket,
        "--mgmtmode", "0600",
        "--rcfile", "/dev/null",
        "--daemon",
        "--pidfile", paths.SwitchPid,
    ];

    /// <summary>A user and network namespace with one leg on the switch.</summary>
    public static IReadOnlyList<string> Router(NetworkPaths paths) =>
        ["/usr/bin/vdens", "vde://" + paths.SwitchSocket, "/bin/sh", "-e", paths.RouterScript, paths.RouterFolder];

    /// <summary>What leads the guests' packets out of the router's namespace and into the world.</summary>
    /// <param name="namespacePid">The namespace's process, or what stands for it in a unit or a shell.</param>
    public static string Uplink(string namespacePid) =>
        "/usr/bin/slirp4netns --configure --mtu=1500 "
        + $"--cidr={RouterFiles.UplinkNetwork} --disable-host-loopback {namespacePid} tap0";

    private const string Ip = "/usr/bin/ip";

    /// <summary>Makes an interface in the host's bridge that a user may use. To be run as root.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> MakeLeg(string leg, string bridge, string user) =>
    [
        [Ip, "tuntap", "add", "dev", leg, "mode", "tap", "user", user],
        [Ip, "link", "set", "dev", leg, "master", bridge, "up"],
    ];

    public static IReadOnlyList<string> RemoveLeg(string leg) => [Ip, "link", "delete", "dev", leg];

    /// <summary>Carries packets between the switch and that interface.</summary>
    public static IReadOnlyList<string> Bridge(NetworkPaths paths, string leg) => ["/usr/bin/vde_plug", "vde://" + paths.SwitchSocket, "tap://" + leg];

    /// <summary>What is in the line on stderr by which <see cref="Connect"/> says that it is connected.</summary>
    public const string ConnectedNotice = "starting data transfer loop";

    /// <summary>
    /// From our pipes to a guest's port, out of the router's namespace. It passes the end of either direction on by itself
    /// (netcat keeps the guest's to itself while our side is open), which is why it may not end the connection in time (-t).
    /// The keep-alive ends it when the guest has gone without a word.
    /// </summary>
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
            "/usr/bin/socat", "-d", "-d", "-b", "65536", "-t", "1000000",
            "STDIN!!STDOUT,shut-close",
            string.Create(
                CultureInfo.InvariantCulture,
                $"TCP4:{address}:{port},nodelay,keepalive,keepidle=30,keepintvl=10,keepcnt=3"),
        ]);

    /// <summary>The cause at the end of the error's line: <c>2026/01/31 12:00:00 socat[1] E connect(5, …): Connection refused</c>.</summary>
    public static string WhyNotConnected(string stderr)
    {
        var lines = stderr.Split('\n');
        var line = lines.FirstOrDefault(line => line.Contains("] E ", StringComparison.Ordinal)) ?? lines[^1];
        return line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 1)..].Trim();
    }
}

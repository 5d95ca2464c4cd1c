using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands.Checkups;

/// <summary>Whether the programs are there that networks are made of, and their units are not failing.</summary>
/// <param name="root">Where the machine's programs are.</param>
/// <param name="withBridge">Whether VMs are on a bridge of the host's.</param>
internal sealed class NetworkToolsCheckup(string root = "", bool withBridge = false) : ICheckup
{
    private static readonly (string Program, string Package)[] s_tools =
    [
        ("/usr/bin/vde_switch", "vde-switch"),
        ("/usr/bin/vdens", "vdens"),
        ("/usr/bin/slirp4netns", "slirp4netns"),
        ("/usr/sbin/dnsmasq", "dnsmasq-base"),
        ("/usr/sbin/nft", "nftables"),
        ("/usr/sbin/ip", "iproute2"),
        ("/usr/bin/nsenter", "util-linux"),
        ("/usr/bin/socat", "socat"),
    ];

    private readonly (string Program, string Package)[] _tools = withBridge ? [.. s_tools, ("/usr/bin/vde_plug", "vdeplug")] : s_tools;

    public string Name => "network-tools";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var missing = _tools.Where(tool => !File.Exists(root + tool.Program)).ToList();
        return Task.FromResult<IReadOnlyList<DoctorFinding>>([missing.Count == 0
            ? Finding.Ok(Name, string.Join(", ", _tools.Select(tool => Path.GetFileName(tool.Program))))
            : Finding.Fail(
                Name,
                $"VMs have no network without: {string.Join(", ", missing.Select(tool => tool.Program))}",
                $"sudo apt-get install {string.Join(' ', missing.Select(tool => tool.Package))}")]);
    }
}

using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>What this host really puts around a VM.</summary>
internal sealed class SandboxCheckup(SandboxProbe probe, SystemdScope scope, string root = "") : ICheckup
{
    /// <summary>Where a user's manager builds the file tree of a confined unit. It cannot make the folder itself.</summary>
    private const string UnitRoot = "/run/systemd/unit-root";

    /// <summary>What switches user namespaces off, where the file is there and says so, and the command that switches them on.</summary>
    private static readonly (string File, string Off, string Mend)[] s_switches =
    [
        ("/proc/sys/user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ];

    public string Name => "sandbox";

    public async Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var finding = await probe.FindAsync(cancellationToken);
        if (finding.Missing.Count == 0)
        {
            return [Finding.Ok(Name, "this host puts all of it around VMs; show-vm says what stands around a running one")];
        }

        var why = finding.Why is null ? "" : $"; {finding.Why}";
        var found = $"VMs do without: {string.Join(", ", finding.Missing)}{why}";
        return [finding.Form == SandboxForm.NoNamespaces
            ? Finding.Fail(Name, found + "; and without a network, whose router needs a user namespace, too", Mend())
            : Finding.Warning(Name, found, Mend())];
    }

    /// <summary>Switches that are set against us, and what a systemd that was started by hand lacks; after them, the daemon has to look again.</summary>
    internal string? Mend()
    {
        var commands = s_switches.Where(item => Says(root + item.File, item.Off)).Select(item => item.Mend).ToList();
        if (scope == SystemdScope.User && !Directory.Exists(root + UnitRoot))
        {
            commands.Add($"sudo mkdir -p -m 0700 {UnitRoot}");
        }

        return commands.Count == 0 ? null : string.Join(" && ", [.. commands, $"{scope.Systemctl()} restart aetherscale"]);
    }

    private static bool Says(string file, string value) => File.Exists(file) && File.ReadAllText(file).Trim() == value;
}

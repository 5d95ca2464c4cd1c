using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>The accounts that system mode needs, as the package makes them (sysusers.d(5)).</summary>
/// <param name="Vms">As whom QEMUs run that cannot have users of their own.</param>
/// <param name="Networks">As whom switches and routers run, and every other program that the daemon starts.</param>
/// <param name="AdministratorGroupId">Who is in this group may use the daemon's socket.</param>
internal sealed record SystemAccounts(VmUser Vms, VmUser Networks, uint AdministratorGroupId)
{
    /// <summary>The user of QEMUs, and the group of those who may command the daemon: its user is not in it.</summary>
    public const string Name = "aetherscale";

    /// <summary>The user of networks, and the group of all that is on them.</summary>
    public const string NetworkName = "aetherscale-net";

    private const string KvmName = "kvm";

    /// <exception cref="FileNotFoundException">One is missing.</exception>
    public static SystemAccounts Find()
    {
        var network = Accounts.GroupId(NetworkName) ?? throw Missing("group", NetworkName);
        return new SystemAccounts(
            new VmUser(Name, UserId(Name), NetworkName, network) { KvmGroup = Accounts.GroupId(KvmName) is null ? null : KvmName },
            new VmUser(NetworkName, UserId(NetworkName), NetworkName, network),
            Accounts.GroupId(Name) ?? throw Missing("group", Name));
    }

    private static uint UserId(string name) => Accounts.UserId(name) ?? throw Missing("user", name);

    private static FileNotFoundException Missing(string what, string name) =>
        new($"There is no {what} \"{name}\" on this machine; make it with: systemd-sysusers aetherscale.conf");
}

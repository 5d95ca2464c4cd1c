namespace Aetherscale.VirtualMachines;

/// <summary>As whom a VM's QEMU runs in system mode.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="UserId">The user's number: the owner of the VM's files.</param>
/// <param name="Group">The group, by which QEMU reaches the switch.</param>
/// <param name="GroupId">The group's number.</param>
internal sealed record VmUser(string Name, uint UserId, string Group, uint GroupId)
{
    /// <summary>The group that may open /dev/kvm, where the machine has one.</summary>
    public string? KvmGroup { get; init; }
}

namespace Aetherscale.VirtualMachines;

/// <summary>What the VMs of this host have, running or not, with those for which room is reserved.</summary>
/// <param name="Vms">How many VMs there are, without the reserved ones.</param>
/// <param name="Cpus">Virtual CPUs.</param>
/// <param name="MemoryMib">MiB of memory.</param>
/// <param name="DiskMib">MiB of disk, by the sizes that guests see.</param>
internal readonly record struct HostUse(int Vms, long Cpus, long MemoryMib, long DiskMib)
{
    public HostUse With(RoomWish one) => this with { Cpus = Cpus + one.Cpus, MemoryMib = MemoryMib + one.MemoryMib, DiskMib = DiskMib + one.DiskMib };
}

namespace Aetherscale.VirtualMachines;

/// <summary>What one VM takes of its host's room.</summary>
/// <param name="Cpus">Virtual CPUs.</param>
/// <param name="MemoryMib">MiB of memory.</param>
/// <param name="DiskMib">MiB that the guest's disk has.</param>
internal readonly record struct RoomWish(int Cpus, long MemoryMib, long DiskMib);

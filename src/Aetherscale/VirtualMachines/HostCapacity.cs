using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>What the VMs of this host may have in all.</summary>
/// <param name="Cpus">Virtual CPUs.</param>
/// <param name="MemoryMib">MiB of memory.</param>
/// <param name="DiskMib">MiB of disk, by the sizes that guests see.</param>
internal sealed record HostCapacity(int Cpus, long MemoryMib, long DiskMib)
{
    private const ulong Mebibyte = 1024 * 1024;

    /// <summary>How often the disk can be promised where nobody says: overlays begin with next to nothing, and few grow to their size.</summary>
    private const ulong DiskPromises = 4;

    /// <summary>MiB of disk that VMs in this folder may have unless somebody says otherwise.</summary>
    /// <exception cref="IOException">The folder cannot be looked at.</exception>
    public static long UsualDiskMib(string folder) => (long)(FileSystemRoom.Of(folder).TotalBytes / Mebibyte * DiskPromises);
}

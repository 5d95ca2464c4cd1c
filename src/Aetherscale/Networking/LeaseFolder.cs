namespace Aetherscale.Networking;

/// <summary>
/// The folder that dnsmasq takes static leases from, one file per VM, so that a new VM costs one small file however many
/// there are. All of it follows from the VMs' specs: it is not worth an fsync.
/// </summary>
internal static class LeaseFolder
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void Prepare(NetworkPaths paths) => Directory.CreateDirectory(paths.LeaseFolder, FolderMode);

    /// <summary>Tells dnsmasq of a VM. It watches for files that are renamed into the folder, and reads them at once.</summary>
    /// <param name="paths">The network's.</param>
    /// <param name="vmId">Names the file.</param>
    /// <param name="lease">What to lease.</param>
    /// <param name="hostName">What the guest and DNS call it.</param>
    public static void Add(NetworkPaths paths, string vmId, Lease lease, string hostName)
    {
        var temporary = $"{paths.RouterFolder}/.{vmId}";
        File.WriteAllText(temporary, $"{lease.Mac},{lease.Address},{hostName}\n");
        File.Move(temporary, $"{paths.LeaseFolder}/{vmId}", overwrite: true);
    }

    public static void Remove(NetworkPaths paths, string vmId) => File.Delete($"{paths.LeaseFolder}/{vmId}");
}

using System.Text;
using Aetherscale.Files;

namespace Aetherscale.Networking;

/// <summary>
/// The folder that the router's DNS takes the VMs' names from, one file per VM. dnsmasq watches it, so that a VM that
/// comes or goes costs one small file, however many there are. All of it follows from the specs: no fsync is owed.
/// </summary>
internal static class NameFolder
{
    // The router's user may be another; the folder above keeps everybody else out.
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Prepare(NetworkPaths paths)
    {
        Directory.CreateDirectory(paths.RouterFolder, FolderMode);
        Directory.CreateDirectory(paths.NameFolder, FolderMode);
    }

    /// <summary>Removes what a killed daemon had not renamed yet.</summary>
    public static void RemoveUnfinished(NetworkPaths paths)
    {
        foreach (var temporary in Directory.EnumerateFiles(paths.RouterFolder, ".*"))
        {
            File.Delete(temporary);
        }
    }

    /// <param name="paths">The network's.</param>
    /// <param name="vmId">Names the file.</param>
    /// <param name="address">The VM's.</param>
    /// <param name="hostName">What the guest itself and its neighbours call it.</param>
    public static void Add(NetworkPaths paths, string vmId, string address, string hostName)
    {
        // dnsmasq reads a file at the instant at which it is renamed into the folder.
        var temporary = $"{paths.RouterFolder}/.{vmId}";
        try
        {
            StateFile.Write(temporary, Encoding.ASCII.GetBytes($"{address} {hostName}\n"), FileMode);
            File.Move(temporary, $"{paths.NameFolder}/{vmId}", overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The address of a VM that is in the folder; null when it is not.</summary>
    public static string? AddressOf(NetworkPaths paths, string vmId)
    {
        var path = $"{paths.NameFolder}/{vmId}";
        return FileStatus.Of(path) is { Kind: FileKind.Regular } ? Encoding.ASCII.GetString(StateFile.Read(path)).Split(' ')[0] : null;
    }

    /// <summary>The VMs that are in the folder.</summary>
    public static IReadOnlyList<string> List(NetworkPaths paths) =>
        Directory.Exists(paths.NameFolder) ? [.. Directory.GetFiles(paths.NameFolder).Select(path => Path.GetFileName(path))] : [];

    public static void Remove(NetworkPaths paths, string vmId) => File.Delete($"{paths.NameFolder}/{vmId}");
}

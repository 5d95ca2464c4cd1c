using System.Runtime.InteropServices;

namespace Aetherscale.Files;

/// <summary>What an ordinary user may still write to a file system (statvfs(3)).</summary>
/// <param name="FreeBytes">Free for everybody.</param>
/// <param name="TotalBytes">In all.</param>
/// <param name="FreeInodes">How many files more; null where the file system does not count them.</param>
internal readonly record struct FileSystemRoom(ulong FreeBytes, ulong TotalBytes, ulong? FreeInodes)
{
    /// <summary>The room where this folder lies.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileSystemRoom Of(string folder)
    {
        if (Libc.Statvfs(folder, out var room) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), folder);
        }

        return new FileSystemRoom(
            room.FragmentSize * room.AvailableBlocks, room.FragmentSize * room.Blocks, room.Inodes == 0 ? null : room.AvailableInodes);
    }
}

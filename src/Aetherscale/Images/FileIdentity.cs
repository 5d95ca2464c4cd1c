using Aetherscale.Files;

namespace Aetherscale.Images;

/// <summary>Which file it is, under whatever name: all hard links of a file share it.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>The identity of the file with this status.</summary>
    public static FileIdentity Of(FileStatus status) => new(status.Device, status.Inode);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>What a path or an open file is, without following a symbolic link (statx(2)).</summary>
/// <param name="Device">The file system's device number, major in the upper half.</param>
/// <param name="Inode">With <paramref name="Device"/>, the file's identity.</param>
/// <param name="Kind">The file-type bits of <c>stx_mode</c>.</param>
/// <param name="Permissions">The twelve permission bits.</param>
/// <param name="UserId">The owner.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ChangeTime">Nanoseconds since 1970 of the last change of content or status.</param>
internal readonly record struct FileStatus(
    ulong Device, ulong Inode, FileKind Kind, UnixFileMode Permissions, uint UserId, long Size, long ChangeTime)
{
    /// <summary>The status of what stands at this path; null when nothing does.</summary>
    /// <exception cref="IOException">The path cannot be looked at.</exception>
    public static FileStatus? Of(string path)
    {
        if (Libc.Statx(Libc.AtFdCwd, path, Libc.AtSymlinkNoFollow, Libc.StatxBasicStats, out var buffer) == 0)
        {
            return From(buffer);
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Libc.ErrorNoEntry ? null : throw FileErrors.From(error, path);
    }

    /// <summary>The status of an open file.</summary>
    public static FileStatus Of(SafeFileHandle file)
    {
        var descriptor = (int)file.DangerousGetHandle();
        return Libc.Statx(descriptor, "", Libc.AtEmptyPath, Libc.StatxBasicStats, out var buffer) == 0
            ? From(buffer)
            : throw FileErrors.From(Marshal.GetLastPInvokeError(), "an open file");
    }

    private static FileStatus From(in Libc.StatxBuffer buffer) => new(
        ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
        buffer.Inode,
        (FileKind)(buffer.Mode & 0xf000),
        (UnixFileMode)(buffer.Mode & 0xfff),
        buffer.UserId,
        (long)buffer.Size,
        (buffer.ChangeTime.Seconds * 1_000_000_000) + buffer.ChangeTime.Nanoseconds);
}

/// <summary>The file types of <c>S_IFMT</c> (inode(7)).</summary>
internal enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xa000,
    Socket = 0xc000,
}

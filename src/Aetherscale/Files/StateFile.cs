using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>The daemon's own files below its state folder: opened by <see cref="Beneath"/>, so that no link is followed.</summary>
internal static class StateFile
{
    /// <summary>Makes a file that must not exist yet, to be written.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="mode">The file's.</param>
    /// <param name="guarded">As in <see cref="Beneath.Open"/>.</param>
    /// <exception cref="IOException">Something stands there already, or the disk failed.</exception>
    public static SafeFileHandle Create(string path, UnixFileMode mode, int guarded = Beneath.FolderAndName) =>
        Opened(Beneath.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive, guarded, mode), path);

    /// <summary>Opens a file to write it, and makes it where it is missing.</summary>
    /// <exception cref="IOException">It is no plain file, or the disk failed.</exception>
    public static SafeFileHandle OpenToWrite(string path, UnixFileMode mode) =>
        Beneath.OpenFile(path, Libc.WriteOnly | Libc.Create, mode);

    /// <summary>Puts the content there, whatever was in the file; nothing is synced.</summary>
    /// <exception cref="IOException">It is no plain file, or the disk failed.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using var file = Beneath.OpenFile(path, Libc.WriteOnly | Libc.Create | Libc.Truncate, mode);
        RandomAccess.Write(file, content, 0);
    }

    /// <summary>All of a regular file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no plain file, or the disk failed.</exception>
    public static byte[] Read(string path, int guarded = Beneath.FolderAndName)
    {
        using var file = Opened(Beneath.Open(path, Libc.ReadOnly, guarded), path);
        if (FileStatus.Of(file) is not { Kind: FileKind.Regular } status)
        {
            throw new IOException($"{path} is no plain file.");
        }

        var content = new byte[status.Size];
        var length = 0;
        int read;
        while (length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0)
        {
            length += read;
        }

        return content[..length];
    }

    private static SafeFileHandle Opened(SafeFileHandle file, string path)
    {
        if (!file.IsInvalid)
        {
            return file;
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw error == Libc.ErrorNoEntry ? new FileNotFoundException($"{path} is missing.", path) : FileErrors.From(error, path);
    }
}

using System.Runtime.InteropServices;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Images;

/// <summary>Looks at a VM's own disk before QEMU does.</summary>
internal static class OverlayFile
{
    /// <summary>Passes only an overlay of ours on this base. Where the base was in former times does not matter: its name is its content.</summary>
    /// <exception cref="InvalidDataException">It is something else, or cannot be read.</exception>
    public static void Check(string path, string basePath)
    {
        using var file = Open(path);
        var header = Qcow2Header.Read(file);
        var isOnBase = Path.IsPathFullyQualified(header.BackingFile ?? "") && Path.GetFileName(header.BackingFile) == Path.GetFileName(basePath);
        header.RequireOverlayOf(isOnBase ? header.BackingFile! : basePath, RandomAccess.GetLength(file));
    }

    /// <summary>Bytes that a guest sees of an overlay, or of its base.</summary>
    /// <exception cref="InvalidDataException">It is something else, or cannot be read.</exception>
    public static long VirtualSizeOf(string path)
    {
        using var file = Open(path);
        return (long)Qcow2Header.Read(file).VirtualSize;
    }

    private static SafeFileHandle Open(string path)
    {
        var file = Beneath.Open(path, Libc.ReadOnly);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new InvalidDataException(
                error == Libc.ErrorSymbolicLink ? "it is a symbolic link" : Marshal.GetPInvokeErrorMessage(error));
        }

        if (FileStatus.Of(file).Kind == FileKind.Regular)
        {
            return file;
        }

        file.Dispose();
        throw new InvalidDataException("it is no regular file");
    }
}

using System.Runtime.InteropServices;
using Aetherscale.Files;

namespace Aetherscale.Images;

/// <summary>Looks at a VM's own disk before QEMU does.</summary>
internal static class OverlayFile
{
    /// <summary>Passes only an overlay of ours on this base. Where the base was in former times does not matter: its name is its content.</summary>
    /// <exception cref="InvalidDataException">It is something else, or cannot be read.</exception>
    public static void Check(string path, string basePath)
    {
        using var file = Libc.Open(path, Libc.ReadOnly | Libc.NoFollow | Libc.NonBlocking | Libc.CloseOnExec);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new InvalidDataException(
                error == Libc.ErrorSymbolicLink ? "it is a symbolic link" : Marshal.GetPInvokeErrorMessage(error));
        }

        if (FileStatus.Of(file).Kind != FileKind.Regular)
        {
            throw new InvalidDataException("it is no regular file");
        }

        var header = Qcow2Header.Read(file);
        var isOnBase = Path.IsPathFullyQualified(header.BackingFile ?? "") && Path.GetFileName(header.BackingFile) == Path.GetFileName(basePath);
        header.RequireOverlayOf(isOnBase ? header.BackingFile! : basePath, RandomAccess.GetLength(file));
    }
}

using System.Runtime.InteropServices;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images;

/// <summary>
/// The last step of adopting an image: the same file under its name and under its digest, read-only and durable.
/// </summary>
internal static class Adoption
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // QEMU may be another user; the folder above keeps everybody else out.
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// Links the file to its digest's path. Where the same content was adopted before, the name becomes a link to that
    /// file instead, so that one content is stored once and found again without hashing.
    /// </summary>
    /// <returns>The file that now stands at both paths.</returns>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: it cannot be made read-only or linked
    /// here.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static FileIdentity Link(SafeFileHandle file, string path, string digestPath)
    {
        MakeReadOnly(file, path);
        DurableFile.Sync(file, path);
        var folder = Path.GetDirectoryName(digestPath)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, FolderMode);
            DurableFile.SyncFolder(Path.GetDirectoryName(folder)!);
        }

        if (!TryLink(path, digestPath))
        {
            ShareExisting(file, path, digestPath);
        }
        else if (FileStatus.Of(digestPath) is not { } linked || FileIdentity.Of(linked) != FileIdentity.Of(FileStatus.Of(file)))
        {
            // The name was given to another file since it was opened, and that one was never looked at.
            File.Delete(digestPath);
            throw Refused(path, "it was replaced while it was adopted; try again");
        }

        DurableFile.SyncFolder(folder);
        if (FileStatus.Of(digestPath) is not { } adopted || FileStatus.Of(path) is not { } named
            || FileIdentity.Of(adopted) != FileIdentity.Of(named))
        {
            throw Refused(path, "it was replaced while it was adopted; try again");
        }

        return FileIdentity.Of(adopted);
    }

    private static void MakeReadOnly(SafeFileHandle file, string path)
    {
        // Root could change its mode all the same, and so could its owner afterwards.
        if (FileStatus.Of(file).UserId != Libc.GetEffectiveUserId())
        {
            throw Refused(path, "it belongs to another user; copy it as the user that runs the VMs");
        }

        try
        {
            File.SetUnixFileMode(file, ReadOnly);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Refused(path, "it belongs to another user; copy it as the user that runs the VMs", error);
        }
    }

    private static void ShareExisting(SafeFileHandle file, string path, string digestPath)
    {
        if (FileStatus.Of(digestPath) is not { Kind: FileKind.Regular } existing
            || existing.Size != RandomAccess.GetLength(file))
        {
            throw Refused(path, $"something else stands at {digestPath}; remove it if no VM uses it");
        }

        if (FileIdentity.Of(existing) == FileIdentity.Of(FileStatus.Of(file)))
        {
            return;
        }

        var temporary = path + DurableFile.TemporarySuffix;
        File.Delete(temporary);
        if (TryLink(digestPath, temporary))
        {
            File.Move(temporary, path, overwrite: true);
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
    }

    private static bool TryLink(string existing, string path)
    {
        const int NotPermitted = 1, Exists = 17, OtherDevice = 18, TooManyLinks = 31;
        if (Libc.Link(existing, path) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Exists => false,
            OtherDevice => throw Refused(existing, $"it is not on the file system of {path}; copy it there"),
            TooManyLinks => throw Refused(existing, "it has too many hard links; copy it to a file of its own"),
            NotPermitted => throw Refused(existing, "its file system has no hard links, or it belongs to another user"),
            _ => throw FileErrors.From(error, path),
        };
    }

    private static AetherscaleException Refused(string path, string why, Exception? cause = null) =>
        new(ImageUnsafe, $"{path} cannot be used as an image: {why}", cause);
}

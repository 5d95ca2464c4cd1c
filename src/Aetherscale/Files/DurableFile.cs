using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>
/// Writes that are still there after a power cut: temporary file, fsync, rename, fsync of the folder. A reader sees the
/// old content or the new, never a part. Every call blocks until the disk has answered; a failed fsync is never retried.
/// </summary>
internal static class DurableFile
{
    /// <summary>Temporary names end so; what a killed daemon leaves of them is rubbish.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Puts the whole content at the path, in place of what was there.</summary>
    /// <exception cref="IOException">Nothing was replaced, and no temporary file is left.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            File.Delete(temporary);
            WriteNew(temporary, content, mode);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception)
        {
            File.Delete(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes and syncs a file that must not exist yet; syncing its folder is the caller's.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">The file's.</param>
    /// <param name="guarded">As in <see cref="Beneath.Open"/>.</param>
    /// <exception cref="IOException">Something stands there already, or the disk failed.</exception>
    public static void WriteNew(string path, ReadOnlySpan<byte> content, UnixFileMode mode, int guarded = Beneath.Name)
    {
        using var file = StateFile.Create(path, mode, guarded);
        RandomAccess.Write(file, content, 0);
        Sync(file, path);
    }

    /// <summary>Waits until the file's content is on disk. .NET's own Flush and FlushToDisk pass over the disk's errors.</summary>
    /// <exception cref="IOException">The disk failed, and some of the content may be lost: a second try would only say that all is well.</exception>
    public static void Sync(SafeFileHandle file, string path)
    {
        if (Libc.Fsync(file) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>Has the disk begin with what was written so far, so that a sync at the end waits for less. It promises nothing.</summary>
    public static void Begin(SafeFileHandle file) => _ = Libc.SyncFileRange(file, 0, 0, Libc.SyncFileRangeWrite);

    /// <summary>Makes renames, new names and removals in this folder durable.</summary>
    /// <exception cref="IOException">The folder is not there, or the disk failed.</exception>
    public static void SyncFolder(string folder)
    {
        using var handle = Libc.Open(folder, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec);
        if (handle.IsInvalid)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), folder);
        }

        Sync(handle, folder);
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>
/// The one way to files and sockets in a VM's folders. A QEMU that was broken into may own the folder of its sockets, and may put
/// a link or another file into any place there at any instant. So the kernel is told not to follow any link below the folder that
/// holds all VMs' folders, nor to leave it (openat2(2)); and what was opened is looked at, not its name.
/// </summary>
internal static class Beneath
{
    /// <summary>For what lies where only the daemon, its administrator and systemd can change names: the folder may be a link of theirs.</summary>
    public const int Name = 1;

    /// <summary>For what lies in a VM's folder: what stands above that only the daemon and systemd can change.</summary>
    public const int FolderAndName = 2;

    /// <summary>Opens what stands at the path, without ever waiting for it.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="flags">Of open(2).</param>
    /// <param name="guarded">How many names at the path's end may be no links: <see cref="Name"/> or <see cref="FolderAndName"/>.</param>
    /// <param name="mode">Of a file that is made by it.</param>
    /// <returns>Invalid when that failed; errno says why, ELOOP for a link.</returns>
    public static SafeFileHandle Open(string path, int flags, int guarded = FolderAndName, UnixFileMode mode = UnixFileMode.None)
    {
        var split = path.Length;
        for (var names = 0; names < guarded && split > 0; names++)
        {
            split = path.LastIndexOf('/', split - 1);
        }

        using var above = Libc.Open(split <= 0 ? "/" : path[..split], Libc.PathOnly | Libc.Directory | Libc.CloseOnExec);
        if (above.IsInvalid)
        {
            return new SafeFileHandle();
        }

        var how = new Libc.OpenHow
        {
            Flags = (ulong)(flags | Libc.NoFollow | Libc.NonBlocking | Libc.CloseOnExec),
            Mode = (ulong)mode,
            Resolve = Libc.ResolveBeneath | Libc.ResolveNoSymlinks | Libc.ResolveNoMagicLinks,
        };
        if ((flags & Libc.PathOnly) != 0)
        {
            // The kernel takes no flag that such an open has no use for.
            how.Flags &= ~(ulong)Libc.NonBlocking;
        }

        return new SafeFileHandle(Libc.OpenAt2(above, path[(split + 1)..], ref how), ownsHandle: true);
    }

    /// <summary>Opens a regular file in a VM's folder.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="flags">Of open(2).</param>
    /// <param name="mode">Of a file that is made by it.</param>
    /// <param name="guarded">As in <see cref="Open"/>.</param>
    /// <exception cref="IOException">There is no such file, or it is no plain one.</exception>
    public static SafeFileHandle OpenFile(
        string path, int flags = Libc.ReadOnly, UnixFileMode mode = UnixFileMode.None, int guarded = FolderAndName)
    {
        var file = Open(path, flags, guarded, mode);
        try
        {
            if (file.IsInvalid)
            {
                throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
            }

            if (FileStatus.Of(file).Kind != FileKind.Regular)
            {
                throw new IOException($"{path} is no plain file.");
            }

            var opened = file;
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Gives what stands at the path another name in its folder, in place of what had that.</summary>
    /// <exception cref="IOException">That failed.</exception>
    public static void Rename(string path, string name)
    {
        using var folder = Open(Path.GetDirectoryName(path)!, Libc.PathOnly | Libc.Directory, Name);
        if (folder.IsInvalid || Libc.RenameAt(folder, Path.GetFileName(path), folder, name) != 0)
        {
            throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
        }
    }

    /// <summary>Removes what stands at the path, but for a folder: that is left to whoever put it there.</summary>
    public static void Remove(string path)
    {
        using var folder = Open(Path.GetDirectoryName(path)!, Libc.PathOnly | Libc.Directory, Name);
        if (!folder.IsInvalid)
        {
            _ = Libc.UnlinkAt(folder, Path.GetFileName(path), 0);
        }
    }

    /// <summary>Connects to the socket that stands at the path; its length does not matter.</summary>
    /// <exception cref="SocketException">It is not there, is no socket, or nobody listens.</exception>
    public static async Task ConnectAsync(Socket socket, string path, CancellationToken cancellationToken)
    {
        using var place = Open(path, Libc.PathOnly);
        if (place.IsInvalid)
        {
            throw new SocketException((int)SocketError.AddressNotAvailable, FileErrors.From(Marshal.GetLastPInvokeError(), path).Message);
        }

        if (FileStatus.Of(place).Kind != FileKind.Socket)
        {
            throw new SocketException((int)SocketError.AddressNotAvailable, $"{path} is no socket.");
        }

        await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/self/fd/{place.DangerousGetHandle()}"), cancellationToken);
    }
}

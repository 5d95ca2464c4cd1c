using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aetherscale.Files;

namespace Aetherscale.Api;

/// <summary>The file that is the daemon's door: whether it may be put there, and who gets at it.</summary>
internal static class ApiSocket
{
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Passage =
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Private = OwnerReadWrite | UnixFileMode.UserExecute;

    /// <summary>systemd handed us a socket that it listens on already (sd_listen_fds(3)).</summary>
    public static bool IsHandedOver =>
        Environment.GetEnvironmentVariable("LISTEN_FDS") == "1"
        && Environment.GetEnvironmentVariable("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Says why the daemon must not listen at this path, or null when nothing is there but a dead daemon's socket.</summary>
    /// <param name="path">Where the socket is to be.</param>
    /// <param name="systemctl">The command that speaks to our systemd.</param>
    /// <exception cref="IOException">The path cannot be looked at.</exception>
    public static string? WhyNotFree(string path, string systemctl = "systemctl --user") => FileStatus.Of(path) switch
    {
        null => null,
        { Kind: not FileKind.Socket } => $"{path} is to be the daemon's socket, and something else stands there; move it away.",
        _ => Answers(path)
            ? $"Another program listens on {path}; stop it, or give this daemon a socket of its own. (To stop ours: "
                + $"{systemctl} stop aetherscale.socket aetherscale.service)"
            : null,
    };

    /// <summary>
    /// Makes the socket's folder, for the owner alone: it keeps others out from the start, whatever mode the socket has
    /// between bind and chmod. A group that may use the socket gets as far as there. What is left of a dead daemon's socket goes.
    /// </summary>
    /// <param name="path">The socket's; <see cref="WhyNotFree"/> had nothing against it.</param>
    /// <param name="group">Whose members may use the socket, too; null for nobody's.</param>
    public static void MakeWay(string path, uint? group = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, group is null ? Private : Private | Passage);
        if (FileStatus.Of(path) is { Kind: FileKind.Socket })
        {
            File.Delete(path);
        }
    }

    /// <summary>Gives the socket its final mode and group, once it is bound. Until then <see cref="PeerCheck"/> stands alone before it.</summary>
    public static void Protect(string path, uint? group = null)
    {
        if (IsHandedOver)
        {
            return;
        }

        File.SetUnixFileMode(path, OwnerReadWrite);
        if (group is { } members)
        {
            if (Libc.ChownAt(Libc.AtFdCwd, path, Libc.GetEffectiveUserId(), members, Libc.AtSymlinkNoFollow) != 0)
            {
                throw FileErrors.From(Marshal.GetLastPInvokeError(), path);
            }

            File.SetUnixFileMode(path, OwnerReadWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        }
    }

    /// <summary>Closes a folder of ours that somebody made before us: systemd makes the parents of a unit's RuntimeDirectory= 0755.</summary>
    /// <param name="folder">One that only we have a use for.</param>
    /// <param name="owner">Our user id; another user's folder is left alone.</param>
    public static void Close(string folder, uint owner)
    {
        if (FileStatus.Of(folder) is { Kind: FileKind.Folder } status && status.UserId == owner && status.Permissions != Private)
        {
            File.SetUnixFileMode(folder, Private);
        }
    }

    private static bool Answers(string path)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error)
        {
            // A listener whose queue is full is a listener (connect(2), EAGAIN); one that is gone refuses.
            return error.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable);
        }
    }
}

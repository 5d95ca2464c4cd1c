using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>Why the daemon's socket could not be opened, and what to type about it.</summary>
internal static class Unreachable
{
    private const string SocketUnit = "aetherscale.socket";

    private const string OwnLog = "journalctl --user -n 20 -u aetherscale";

    public static CliException Because(SocketException error, string path, Surroundings around)
    {
        if (path == around.SystemSocket)
        {
            return OfSystem(error, path, around);
        }

        var other = SocketOwner.Other(path, around);
        var start = other is not null
            ? $"Its owner starts it:  {other.Typed($"systemctl --user start {SocketUnit}")}"
            : $"{(around.UserId == 0 ? "Its user starts it" : "Start it")}:  systemctl --user start {SocketUnit}";
        return error.SocketErrorCode switch
        {
            // What the runtime makes of ENOENT.
            SocketError.AddressNotAvailable when around.UserId == 0 && SocketOwner.UidOf(path, around) == 0 => Failure(
                path,
                "there is no such socket, and the daemon does not run as root",
                "Name the socket of the user who runs it:  aetherscale-cli --socket "
                + $"{around.RuntimeFolders}/UID/aetherscale/api.sock …\n"
                + $"or for good, in {around.MachineConfig}:  [client] socket = \"…\""),
            SocketError.AddressNotAvailable => Failure(path, "there is no such socket", start),
            SocketError.ConnectionRefused => Failure(
                path,
                "nobody listens there; the socket was left behind by a daemon that has ended",
                other is not null
                    ? $"Its owner starts it anew:  {other.Typed($"systemctl --user restart {SocketUnit}")}\nand if it ends again:  {other.Typed(OwnLog)}"
                    : $"Start it anew:  systemctl --user restart {SocketUnit}\n"
                        + $"and if it ends again:  {OwnLog}"),
            SocketError.AccessDenied => Failure(
                path,
                other is not null ? $"permission denied; it belongs to the user with uid {other.Uid}" : "permission denied",
                "Only its owner and root may use it. Your own daemon:  systemctl --user start "
                + $"{SocketUnit}, and no --socket or AETHERSCALE_SOCKET."),
            _ => Failure(path, error.Message, start),
        };
    }

    /// <summary>The daemon ended before it had answered.</summary>
    public static CliException Lost(string what, string path, Surroundings around) => new(ExitCodes.Unreachable, what)
    {
        Advice = "The daemon's log tells why it ended:  "
            + (path == around.SystemSocket ? "journalctl -n 20 -u aetherscale" : SocketOwner.Other(path, around)?.Typed(OwnLog) ?? OwnLog),
    };

    /// <summary>The same, where it is not known whose daemon it was.</summary>
    public static CliException Lost(string what) => new(ExitCodes.Unreachable, what) { Advice = $"The daemon's log tells why it ended:  {OwnLog}" };

    private static CliException OfSystem(SocketException error, string path, Surroundings around)
    {
        var sudo = around.UserId == 0 ? "" : "sudo ";
        return error.SocketErrorCode switch
        {
            SocketError.AddressNotAvailable => Failure(path, "there is no such socket", $"Start it:  {sudo}systemctl start {SocketUnit}"),
            SocketError.ConnectionRefused => Failure(
                path,
                "nobody listens there; the socket was left behind by a daemon that has ended",
                $"Start it anew:  {sudo}systemctl restart {SocketUnit}\nand if it ends again:  {sudo}journalctl -n 20 -u aetherscale"),
            SocketError.AccessDenied => Failure(
                path, "permission denied", "Only root and the group aetherscale may use it:  sudo usermod -aG aetherscale $USER, and log in again."),
            _ => Failure(path, error.Message, $"Start it:  {sudo}systemctl start {SocketUnit}"),
        };
    }

    private static CliException Failure(string path, string why, string advice) =>
        new(ExitCodes.Unreachable, $"the daemon cannot be reached on {path}: {why}") { Advice = advice };
}

using System.Globalization;
using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>Why the daemon's socket could not be opened, and what to type about it.</summary>
internal static class Unreachable
{
    private const string SocketUnit = "aetherscale.socket";

    public static CliException Because(SocketException error, string path, Surroundings around)
    {
        if (path == around.SystemSocket)
        {
            return OfSystem(error, path, around);
        }

        var owner = OwnerOf(path, around);
        var foreign = owner is not null && owner != around.UserId;
        var start = foreign
            ? $"Its owner starts it:  {Systemctl(owner!.Value, around, "start")}"
            : $"{(around.UserId == 0 ? "Its user starts it" : "Start it")}:  systemctl --user start {SocketUnit}";
        return error.SocketErrorCode switch
        {
            // What the runtime makes of ENOENT.
            SocketError.AddressNotAvailable when around.UserId == 0 && owner == 0 => Failure(
                path,
                "there is no such socket, and the daemon does not run as root",
                "Name the socket of the user who runs it:  aetherscale-cli --socket "
                + $"{around.RuntimeFolders}/UID/aetherscale/api.sock …\n"
                + $"or for good, in {around.MachineConfig}:  [client] socket = \"…\""),
            SocketError.AddressNotAvailable => Failure(path, "there is no such socket", start),
            SocketError.ConnectionRefused => Failure(
                path,
                "nobody listens there; the socket was left behind by a daemon that has ended",
                foreign
                    ? $"Its owner starts it anew:  {Systemctl(owner!.Value, around, "restart")}"
                    : $"Start it anew:  systemctl --user restart {SocketUnit}\n"
                        + "and if it ends again:  journalctl --user -n 20 -u aetherscale"),
            SocketError.AccessDenied => Failure(
                path,
                foreign ? $"permission denied; it belongs to the user with uid {owner}" : "permission denied",
                "Only its owner and root may use it. Your own daemon:  systemctl --user start "
                + $"{SocketUnit}, and no --socket or AETHERSCALE_SOCKET."),
            _ => Failure(path, error.Message, start),
        };
    }

    /// <summary>The daemon ended before it had answered.</summary>
    public static CliException Lost(string what, bool isSystem = false) => new(ExitCodes.Unreachable, what)
    {
        Advice = $"The daemon's log tells why it ended:  {(isSystem ? "journalctl" : "journalctl --user")} -n 20 -u aetherscale",
    };

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

    /// <summary>The uid in <c>/run/user/UID/…</c>.</summary>
    private static uint? OwnerOf(string path, Surroundings around)
    {
        var rest = path.StartsWith(around.RuntimeFolders + "/", StringComparison.Ordinal)
            ? path[(around.RuntimeFolders.Length + 1)..].Split('/')[0]
            : "";
        return uint.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : null;
    }

    private static string Systemctl(uint owner, Surroundings around, string verb) => around.UserId == 0
        ? $"runuser -u {UserName(owner) ?? "USER"} -- env XDG_RUNTIME_DIR={around.RuntimeFolders}/{owner} "
            + $"systemctl --user {verb} {SocketUnit}"
        : $"systemctl --user {verb} {SocketUnit}";

    private static string? UserName(uint uid)
    {
        var id = uid.ToString(CultureInfo.InvariantCulture);
        return File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .FirstOrDefault(fields => fields.Length > 2 && fields[2] == id)?[0];
    }
}

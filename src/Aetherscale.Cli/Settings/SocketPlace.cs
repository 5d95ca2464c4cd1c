using System.Globalization;

namespace Aetherscale.Cli.Settings;

/// <summary>The daemon's Unix socket.</summary>
internal sealed record SocketPlace : DaemonPlace
{
    /// <summary>The longest path that fits into <c>sockaddr_un</c> with its closing NUL.</summary>
    private const int MaxPathBytes = 107;

    public required string Path { get; init; }

    /// <exception cref="CliException">The path cannot be a socket's.</exception>
    public static SocketPlace At(string path) => System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes
        ? new SocketPlace { Path = path }
        : throw new CliException(
            ExitCodes.Usage, $"the socket's path is longer than {MaxPathBytes} bytes, which no socket can have: {path}");

    /// <summary>Where the user's own daemon has its socket, unless it was told otherwise.</summary>
    public static string OfUser(Surroundings around)
    {
        var runtime = around.SetVariable("XDG_RUNTIME_DIR")
            ?? System.IO.Path.Join(around.RuntimeFolders, around.UserId.ToString(CultureInfo.InvariantCulture));
        return System.IO.Path.Join(runtime, "aetherscale", "api.sock");
    }
}

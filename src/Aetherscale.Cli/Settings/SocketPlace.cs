using System.Globalization;

namespace Aetherscale.Cli.Settings;

/// <summary>Where the daemon's socket is: the first place that applies.</summary>
internal static class SocketPlace
{
    /// <summary>The longest path that fits into <c>sockaddr_un</c> with its closing NUL.</summary>
    private const int MaxPathBytes = 107;

    /// <exception cref="CliException">A settings file cannot be read, or the path cannot be a socket's.</exception>
    public static string Find(string? option, Surroundings around)
    {
        var path = NotEmpty(option)
            ?? Variable(around, "AETHERSCALE_SOCKET")
            ?? ClientSettings.Read(UserConfig(around))?.Socket
            ?? OwnSocket(around);
        return System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes
            ? path
            : throw new CliException(
                ExitCodes.Usage,
                $"the socket's path is longer than {MaxPathBytes} bytes, which no socket can have: {path}");
    }

    private static string OwnSocket(Surroundings around)
    {
        var runtime = Variable(around, "XDG_RUNTIME_DIR")
            ?? Path.Join(around.RuntimeFolders, around.UserId.ToString(CultureInfo.InvariantCulture));
        var own = Path.Join(runtime, "aetherscale", "api.sock");
        return File.Exists(own) ? own : ClientSettings.Read(around.MachineConfig)?.Socket ?? own;
    }

    private static string? UserConfig(Surroundings around)
    {
        var folder = Variable(around, "XDG_CONFIG_HOME")
            ?? (Variable(around, "HOME") is { } home ? Path.Join(home, ".config") : null);
        return folder is null ? null : Path.Join(folder, "aetherscale", "config.toml");
    }

    /// <summary>Empty counts as not set, as the XDG base directory specification wants it.</summary>
    private static string? Variable(Surroundings around, string name) => NotEmpty(around.Variable(name));

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

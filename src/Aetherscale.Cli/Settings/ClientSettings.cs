using Tomlyn;
using Tomlyn.Serialization;

namespace Aetherscale.Cli.Settings;

/// <summary>The table <c>[client]</c> of a settings file; the other keys there are the daemon's.</summary>
internal sealed class ClientSettings
{
    /// <summary>The absolute path of the daemon's socket.</summary>
    [TomlPropertyName("socket")]
    public string? Socket { get; set; }

    /// <summary>The URL of a broker, instead of a socket.</summary>
    [TomlPropertyName("broker")]
    public string? Broker { get; set; }

    /// <summary>The absolute path of a file that holds <c>user:password</c>.</summary>
    [TomlPropertyName("broker-credentials-file")]
    public string? BrokerCredentialsFile { get; set; }

    /// <summary>The absolute path of the only CAs that are trusted for the broker.</summary>
    [TomlPropertyName("broker-ca-file")]
    public string? BrokerCaFile { get; set; }

    /// <summary>The absolute path of the certificate that the broker is shown.</summary>
    [TomlPropertyName("broker-certificate-file")]
    public string? BrokerCertificateFile { get; set; }

    /// <summary>The absolute path of that certificate's private key.</summary>
    [TomlPropertyName("broker-key-file")]
    public string? BrokerKeyFile { get; set; }

    /// <summary>The user's settings file; null when nothing tells where it would be.</summary>
    public static string? UserFile(Surroundings around)
    {
        var folder = around.SetVariable("XDG_CONFIG_HOME")
            ?? (around.SetVariable("HOME") is { } home ? Path.Join(home, ".config") : null);
        return folder is null ? null : Path.Join(folder, "aetherscale", "config.toml");
    }

    /// <summary>Whether nobody but its owner can read or change that file.</summary>
    public static bool IsPrivate(string path) => (File.GetUnixFileMode(path)
        & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) == 0;

    /// <summary>The table of that file; null when there is no such file or no such table.</summary>
    /// <exception cref="CliException">The file cannot be read or is wrong.</exception>
    public static ClientSettings? Read(string? path)
    {
        if (path is null || ReadText(path) is not { } text)
        {
            return null;
        }

        ClientSettings? client;
        try
        {
            client = TomlSerializer.Deserialize(text, SettingsToml.Default.SettingsFile)?.Client;
        }
        catch (TomlException e)
        {
            var place = e.Span is { } span ? $"{path}:{span.Start.Line + 1}:{span.Start.Column + 1}" : path;
            // The message repeats the place: "(2,8) : error : …".
            throw new CliException(ExitCodes.Usage, $"{place}: {e.Message.Split(" : error : ")[^1]}");
        }

        catch (ArgumentException e)
        {
            // The parser fails so at a file that ends within an escape, while it words its complaint.
            throw new CliException(ExitCodes.Usage, $"{path}: not TOML: {e.Message}");
        }

        return client?.Problem is { } problem ? throw new CliException(ExitCodes.Usage, $"{path}: [client] {problem}") : client;
    }

    private string? Problem =>
        Socket is not null && !Path.IsPathRooted(Socket) ? $"socket must be an absolute path, not \"{Socket}\""
        : Socket is not null && Broker is not null
            ? "socket and broker exclude each other: the daemon is asked by one of them"
        : null;

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"settings cannot be read: {e.Message}");
        }
    }
}

/// <summary>A settings file as this program sees it.</summary>
internal sealed class SettingsFile
{
    [TomlPropertyName("client")]
    public ClientSettings? Client { get; set; }
}

[TomlSerializable(typeof(SettingsFile))]
internal sealed partial class SettingsToml : TomlSerializerContext;

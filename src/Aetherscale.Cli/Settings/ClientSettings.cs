using Tomlyn;
using Tomlyn.Serialization;

namespace Aetherscale.Cli.Settings;

/// <summary>The table <c>[client]</c> of a settings file; the other keys there are the daemon's.</summary>
internal sealed class ClientSettings
{
    /// <summary>The absolute path of the daemon's socket.</summary>
    [TomlPropertyName("socket")]
    public string? Socket { get; set; }

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

        return client?.Socket is null || Path.IsPathRooted(client.Socket)
            ? client
            : throw new CliException(
                ExitCodes.Usage, $"{path}: [client] socket must be an absolute path, not \"{client.Socket}\"");
    }

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

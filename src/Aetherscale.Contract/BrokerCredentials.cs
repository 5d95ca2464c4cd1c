namespace Aetherscale.Contract;

/// <summary>Who asks a broker. Its text is the user's name alone.</summary>
public sealed class BrokerCredentials(string userName, string password)
{
    private const int MaxFileBytes = 4096;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What RabbitMQ is installed with; it lets this user in from its own host only.</summary>
    public static BrokerCredentials Guest { get; } = new("guest", "guest");

    /// <summary>The broker's user.</summary>
    public string UserName { get; } = userName;

    /// <summary>For the broker only: never logged, never shown.</summary>
    public string Password { get; } = password;

    /// <summary>Reads a file of one line, <c>user:password</c>, that nobody but its owner may read.</summary>
    /// <exception cref="IOException">It is missing, holds something else, or others may read it; the message says which.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static BrokerCredentials ReadFile(string path)
    {
        using var file = File.OpenHandle(path);
        if ((File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new IOException($"{path} holds a password and can be read by others; do: chmod 600 {path}");
        }

        var bytes = new byte[MaxFileBytes];
        var text = System.Text.Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).TrimEnd('\r', '\n');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !text.Contains('\n', StringComparison.Ordinal)
            ? new BrokerCredentials(text[..colon], text[(colon + 1)..])
            : throw new IOException($"{path} must hold one line: user:password");
    }

    /// <summary>The user's name.</summary>
    public override string ToString() => UserName;
}

namespace Aetherscale.Contract;

/// <summary>Who asks a broker. Its text is the user's name alone.</summary>
public sealed class BrokerCredentials(string userName, string password)
{
    private const int MaxFileBytes = 4096;

    /// <summary>What RabbitMQ is installed with; it lets this user in from its own host only.</summary>
    public static BrokerCredentials Guest { get; } = new("guest", "guest");

    /// <summary>
    /// Whether the broker takes the name from the certificate that TLS shows it (SASL <c>EXTERNAL</c>): then there is no password,
    /// and the name here is for people.
    /// </summary>
    public bool IsCertificate { get; private init; }

    /// <summary>The broker's user.</summary>
    public string UserName { get; } = userName;

    /// <summary>For the broker only: never logged, never shown.</summary>
    public string Password { get; } = password;

    /// <summary>Who shows a certificate and says no name.</summary>
    /// <param name="file">The certificate's file.</param>
    public static BrokerCredentials OfCertificate(string file) => new($"of the certificate {file}", "") { IsCertificate = true };

    /// <summary>Reads a file of one line, <c>user:password</c>, that nobody but its owner may read.</summary>
    /// <exception cref="IOException">It is missing, holds something else, or others may read it; the message says which.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static BrokerCredentials ReadFile(string path)
    {
        var text = SecretFile.Read(path, "a password", MaxFileBytes).TrimEnd('\r', '\n');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !text.Contains('\n', StringComparison.Ordinal)
            ? new BrokerCredentials(text[..colon], text[(colon + 1)..])
            : throw new IOException($"{path} must hold one line: user:password");
    }

    /// <summary>The user's name.</summary>
    public override string ToString() => UserName;
}

using Aetherscale.Contract;

namespace Aetherscale.Cli.Settings;

/// <summary>A RabbitMQ broker that daemons take commands from.</summary>
internal sealed record BrokerPlace : DaemonPlace
{
    public const string CredentialsVariable = "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE";

    /// <summary>Its nodes, in the order in which they are tried.</summary>
    public required IReadOnlyList<BrokerAddress> Addresses { get; init; }

    /// <summary>The node that is meant, in messages and for its certificate.</summary>
    public required BrokerAddress Address { get; init; }

    /// <summary>Who asks the broker.</summary>
    public required BrokerCredentials Credentials { get; init; }

    /// <summary>The file or variable that the credentials are from, for messages; null when nothing names any.</summary>
    public string? CredentialsFrom { get; init; }

    /// <summary>What TLS rests on; read when it begins.</summary>
    public required BrokerTlsFiles Tls { get; init; }

    /// <summary>What named the broker, for messages.</summary>
    public required string NamedBy { get; init; }

    /// <param name="url">What was given.</param>
    /// <param name="namedBy">The option, variable or file that gave it.</param>
    /// <param name="isPrivate">Whether nobody else can read it there: then it may hold a password.</param>
    /// <param name="around">Names the file with the credentials, where there is one.</param>
    /// <exception cref="CliException">It is no broker's URL, holds a password where none may stand, or its credentials cannot be read.</exception>
    public static BrokerPlace Of(string url, string namedBy, bool isPrivate, Surroundings around)
    {
        if (!BrokerAddress.TryParseAll(url, out var addresses, out var problem))
        {
            throw new CliException(ExitCodes.Usage, $"{namedBy} {problem}");
        }

        if (addresses[0].Credentials is not { } inUrl)
        {
            return FromFile(addresses, namedBy, around);
        }

        return isPrivate
            ? new BrokerPlace
            {
                Addresses = addresses,
                Address = addresses[0],
                Credentials = inUrl,
                CredentialsFrom = namedBy,
                Tls = TlsFiles(addresses[0], around),
                NamedBy = namedBy,
            }
            : throw new CliException(ExitCodes.Usage, $"{namedBy} must not hold a password, for others can read it there")
            {
                Advice = "Write user:password into a file of its own, chmod 600 it, and name it in\n"
                    + $"[client] broker-credentials-file of {ClientSettings.UserFile(around) ?? around.MachineConfig}\n"
                    + $"or in the variable {CredentialsVariable}.",
            };
    }

    private static BrokerPlace FromFile(IReadOnlyList<BrokerAddress> addresses, string namedBy, Surroundings around)
    {
        var credentials = NamedFile.Find(CredentialsVariable, "broker-credentials-file", settings => settings.BrokerCredentialsFile, around);

        // Not repeated: it may well be the password itself.
        credentials?.CheckPath("one line, user:password");
        var tls = TlsFiles(addresses[0], around);
        try
        {
            return new BrokerPlace
            {
                Addresses = addresses,
                Address = addresses[0],
                Credentials = credentials is not null ? BrokerCredentials.ReadFile(credentials.Path)
                    : tls.CertificateFile is { } certificate ? BrokerCredentials.OfCertificate(certificate)
                    : BrokerCredentials.Guest,
                CredentialsFrom = credentials?.Path,
                Tls = tls,
                NamedBy = namedBy,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"the broker's credentials cannot be read: {e.Message}")
            {
                Advice = $"The file is named by {credentials?.NamedBy}.",
            };
        }
    }

    private static BrokerTlsFiles TlsFiles(BrokerAddress address, Surroundings around)
    {
        if (!address.UseTls)
        {
            return BrokerTlsFiles.None;
        }

        var files = new BrokerTlsFiles(
            PathOf("broker-ca-file", settings => settings.BrokerCaFile, "certificates"),
            PathOf("broker-certificate-file", settings => settings.BrokerCertificateFile, "a certificate"),
            PathOf("broker-key-file", settings => settings.BrokerKeyFile, "a private key"));
        return files.Problem is { } problem ? throw new CliException(ExitCodes.Usage, $"[client] {problem}") : files;

        string? PathOf(string key, Func<ClientSettings, string?> pick, string holds)
        {
            var file = NamedFile.Find("AETHERSCALE_CLIENT_" + key.Replace('-', '_').ToUpperInvariant(), key, pick, around);
            file?.CheckPath(holds);
            return file?.Path;
        }
    }
}

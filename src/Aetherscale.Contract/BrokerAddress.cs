namespace Aetherscale.Contract;

/// <summary>
/// Where a RabbitMQ broker is, as the daemon and the CLI read it: <c>amqp://[user:password@]host[:port][/vhost]</c>, or
/// <c>amqps</c> for TLS; of a cluster, several with commas between them. Its text never holds the credentials.
/// </summary>
public sealed class BrokerAddress
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private BrokerAddress(bool useTls, string host, int port, string virtualHost, BrokerCredentials? credentials)
    {
        UseTls = useTls;
        Host = host;
        Port = port;
        VirtualHost = virtualHost;
        Credentials = credentials;
    }

    /// <summary>Whether the URL says <c>amqps</c>.</summary>
    public bool UseTls { get; }

    /// <summary>A name or an address; an IPv6 address without brackets.</summary>
    public string Host { get; }

    /// <summary>5672, or 5671 with TLS, unless the URL names one.</summary>
    public int Port { get; }

    /// <summary><c>/</c> unless the URL names one.</summary>
    public string VirtualHost { get; }

    /// <summary>Null when the URL holds none.</summary>
    public BrokerCredentials? Credentials { get; }

    /// <param name="text">The URL.</param>
    /// <param name="address">The address; null when the text is none.</param>
    /// <param name="problem">What the text must be, to follow "it"; it does not repeat the text, which may hold a password.</param>
    public static bool TryParse(string text, out BrokerAddress? address, out string? problem)
    {
        address = null;
        problem = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("amqp" or "amqps") || url.Host.Length == 0)
        {
            problem = "must be a URL such as amqp://broker.example:5672, or amqps:// for TLS";
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            problem = "must have no query and no fragment; \"?\" and \"#\" in a password are written %3F and %23";
        }
        else if (url.AbsolutePath.Count(c => c == '/') > 1)
        {
            problem = "must name one virtual host after the slash; a slash in its name is written %2F";
        }
        else if (url.UserInfo.Length > 0 && url.UserInfo.Count(c => c == ':') != 1)
        {
            problem = "must name user and password as user:password@, each with its \":\", \"@\" and \"/\" written %3A, %40 and %2F";
        }
        else
        {
            var useTls = url.Scheme == "amqps";
            var port = url.Port > 0 ? url.Port : useTls ? TlsPort : PlainPort;
            var virtualHost = url.AbsolutePath is "" or "/" ? "/" : Uri.UnescapeDataString(url.AbsolutePath[1..]);
            address = new BrokerAddress(useTls, url.IdnHost, port, virtualHost, CredentialsIn(url.UserInfo));
        }

        return address is not null;
    }

    /// <summary>Reads the URLs of the nodes of one broker, with commas between them, in the order in which they are to be tried.</summary>
    /// <param name="text">One URL or more, which differ by host and port only.</param>
    /// <param name="addresses">The addresses; empty when the text does not hold any.</param>
    /// <param name="problem">As above.</param>
    public static bool TryParseAll(string text, out IReadOnlyList<BrokerAddress> addresses, out string? problem)
    {
        addresses = [];
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var read = new List<BrokerAddress>();
        foreach (var part in parts)
        {
            if (!TryParse(part, out var address, out problem))
            {
                problem += parts.Length == 1 ? ""
                    : $"; of the {parts.Length} URLs between its commas number {read.Count + 1} is wrong (a comma in a password is written %2C)";
                return false;
            }

            read.Add(address!);
        }

        problem = read.Skip(1).Select(other => read[0].DifferenceTo(other)).FirstOrDefault(difference => difference is not null);
        addresses = problem is null ? read : [];
        return problem is null;
    }

    /// <summary>The URL without credentials: fit for logs and messages.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var path = VirtualHost == "/" ? "" : "/" + Uri.EscapeDataString(VirtualHost);
        return $"{(UseTls ? "amqps" : "amqp")}://{host}:{Port}{path}";
    }

    /// <summary>Why the two cannot be nodes of one broker; null when they can.</summary>
    private string? DifferenceTo(BrokerAddress other) =>
        other.VirtualHost != VirtualHost ? "must name the same virtual host in each of its URLs: they are the nodes of one broker"
        : other.UseTls != UseTls ? "must say amqps:// in each of its URLs, or in none: what goes to one node may go to the next"
        : (other.Credentials?.UserName, other.Credentials?.Password) != (Credentials?.UserName, Credentials?.Password)
            ? "must name the same user and password in each of its URLs, or in none"
        : null;

    private static BrokerCredentials? CredentialsIn(string userInfo) => userInfo.Split(':') is [var user, var password]
        ? new BrokerCredentials(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
        : null;
}

using System.Net.Sockets;

namespace Aetherscale.Contract;

/// <summary>What a broker says when it ends TLS, which it does over the client's certificate.</summary>
public static class TlsAlert
{
    private const string Mark = " alert ";

    /// <param name="causes">What was thrown, and what it came of.</param>
    /// <param name="certificateFile">What the broker was shown; null for nothing.</param>
    /// <returns>Null when the broker said no such thing.</returns>
    public static TlsProblem? In(IEnumerable<Exception> causes, string? certificateFile)
    {
        // OpenSSL's text: error:0A00045C:SSL routines::tlsv13 alert certificate required
        var text = causes.Select(cause => cause.Message)
            .FirstOrDefault(message => message.Contains("SSL routines", StringComparison.Ordinal) && message.Contains(Mark, StringComparison.Ordinal));
        if (text is null)
        {
            return null;
        }

        var rest = text[(text.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..];
        var alert = string.Concat(rest.TakeWhile(letter => char.IsAsciiLetterLower(letter) || letter == ' ')).TrimEnd();
        var isOurs = alert == "unknown ca" || alert.Contains("certificate", StringComparison.Ordinal);
        return certificateFile is null
            ? isOurs || alert == "handshake failure" ? NoCertificate : null
            : isOurs ? new TlsProblem(
                $"it refuses the certificate in {certificateFile} ({alert})",
                "have the CA that signed it among those that the broker trusts (ssl_options.cacertfile), or have a new one made") : null;
    }

    /// <summary>
    /// Whether an alert may have been missed: with TLS 1.3 a broker refuses a certificate when we have begun to speak, and the connection's
    /// end can be seen before its reason.
    /// </summary>
    /// <param name="causes">What was thrown, and what it came of.</param>
    public static bool MayBeMissed(IReadOnlyCollection<Exception> causes) => In(causes, null) is null
        && causes.Any(cause => cause is EndOfStreamException or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown });

    /// <summary>The broker lets in nobody without a certificate.</summary>
    public static TlsProblem NoCertificate { get; } = new(
        "it asks for a client certificate", "set broker-certificate-file and broker-key-file");
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aetherscale.Contract;

/// <summary>TLS of one connection to a broker, with the files as they were when it began.</summary>
public sealed class BrokerTls : IDisposable
{
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>For a broker that may have nothing to say.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly BrokerTlsFiles _files;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly X509Certificate2Collection? _roots;
    private readonly X509Certificate2Collection _ours = [];

    private BrokerTls(BrokerTlsFiles files, string host, TimeProvider time)
    {
        (_files, _host, _time) = (files, host, time);
        _roots = files.CaFile is { } roots ? ReadCertificates(roots) : null;
        if (files is { CertificateFile: { } certificate, KeyFile: { } key })
        {
            _ours = ReadCertificates(certificate);
            Client = SslStreamCertificateContext.Create(WithKey(certificate, key), _ours, offline: true);
        }
    }

    /// <summary>What is shown to a broker that asks for a certificate; null when there is nothing to show.</summary>
    public SslStreamCertificateContext? Client { get; }

    /// <summary>Why the broker's certificate was refused; null while none was.</summary>
    public TlsProblem? Problem { get; private set; }

    /// <param name="files">What to read.</param>
    /// <param name="host">The name that the broker's certificate must be made out to.</param>
    /// <param name="time">Tells what has expired.</param>
    /// <exception cref="IOException">A file is missing or does not hold what it should; the message says which, and what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static BrokerTls Read(BrokerTlsFiles files, string host, TimeProvider time) => new(files, host, time);

    /// <summary>Whether the broker is the one that it should be.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="chain">What .NET found above that, with the roots of this machine.</param>
    /// <param name="errors">What .NET says about it.</param>
    public bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = certificate is X509Certificate2 shown && chain is not null
            ? BrokerCertificate.ProblemOf(shown, chain, errors, _host, _files.CaFile, _roots, _time)
            : new TlsProblem("it shows no certificate", "give the broker one");
        return Problem is null;
    }

    /// <summary>Connects once more and says nothing, so that what the broker says of the certificate is heard.</summary>
    /// <returns>Null when it says nothing.</returns>
    public async Task<TlsProblem?> ListenAsync(int port, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_host, port, either.Token).ConfigureAwait(false);
            var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, chain, errors) => Accepts(certificate, chain, errors));
            await using (stream.ConfigureAwait(false))
            {
                var options = new SslClientAuthenticationOptions
                {
                    TargetHost = _host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ClientCertificateContext = Client,
                };
                await stream.AuthenticateAsClientAsync(options, either.Token).ConfigureAwait(false);
                _ = await stream.ReadAsync(new byte[1], either.Token).ConfigureAwait(false);
                return null;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            return TlsAlert.In(CausesOf(error), _files.CertificateFile);
        }
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose()
    {
        Client?.TargetCertificate.Dispose();
        foreach (var certificate in _ours.Concat(_roots ?? []))
        {
            certificate.Dispose();
        }
    }

    private static IEnumerable<Exception> CausesOf(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static X509Certificate2Collection ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }

        return certificates.Count > 0 ? certificates
            : throw new IOException($"{path} must hold a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----");
    }

    private X509Certificate2 WithKey(string certificatePath, string keyPath)
    {
        var key = SecretFile.Read(keyPath, "a private key", MaxFileBytes);
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new IOException($"the key in {keyPath} is locked by a passphrase; write it without: openssl pkey -in {keyPath}");
        }

        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath), key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // The cause is not kept: nothing that comes of a key goes into a log.
            throw new IOException($"{keyPath} must hold the private key, in PEM, of the certificate in {certificatePath}");
        }

        if (certificate.NotAfter.ToUniversalTime() < _time.GetUtcNow())
        {
            throw new IOException($"the certificate in {certificatePath} expired at {BrokerCertificate.Moment(certificate.NotAfter)}; have a new one made");
        }

        return certificate;
    }
}

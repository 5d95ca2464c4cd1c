using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Images;

/// <summary>A server of https, with a certificate that nobody trusts who is not told to.</summary>
internal sealed class SecureServer : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = Issue();

    public SecureServer() => Files = new FileServer(_certificate);

    public FileServer Files { get; }

    /// <summary>For a file that OpenSSL's <c>SSL_CERT_FILE</c> names.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    public async ValueTask DisposeAsync()
    {
        await Files.DisposeAsync();
        _certificate.Dispose();
    }

    private static X509Certificate2 Issue()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

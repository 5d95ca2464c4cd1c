using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aetherscale.Tests;

/// <summary>A CA of a test's own. What it signs lies in a folder: <c>NAME.pem</c>, and <c>NAME.key</c> for its owner alone.</summary>
internal sealed class TestCa : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly string _folder;
    private readonly X509Certificate2 _certificate;

    /// <param name="folder">Where its files lie.</param>
    /// <param name="name">Its own file's, <c>NAME.pem</c>.</param>
    /// <param name="parent">Signs it; null for a root.</param>
    public TestCa(string folder, string name = "ca", TestCa? parent = null)
    {
        _folder = folder;
        Name = name;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = parent is null ? request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2)) : parent.Sign(request, key, now.AddYears(-2), now.AddYears(2));
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
    }

    public string Name { get; }

    public string CertificateFile => Path.Join(_folder, $"{Name}.pem");

    /// <summary>A certificate of a server.</summary>
    /// <param name="name">Of its files.</param>
    /// <param name="hosts">DNS names and addresses that it is made out to.</param>
    public TestCertificate Server(string name, params string[] hosts) => Issue(name, ServerUse, 0, hosts);

    /// <summary>The same, valid from so many days on (or back) for one day.</summary>
    public TestCertificate ServerOf(int day, string name, params string[] hosts) => Issue(name, ServerUse, day, hosts);

    /// <summary>A certificate of a client.</summary>
    /// <param name="name">Its common name, and that of its files.</param>
    /// <param name="day">From when on it is valid for a day.</param>
    public TestCertificate Client(string name, int day = 0) => Issue(name, ClientUse, day, []);

    public void Dispose() => _certificate.Dispose();

    private static CertificateRequest Request(string name, ECDsa key) => new($"CN={name}", key, HashAlgorithmName.SHA256);

    private TestCertificate Issue(string name, string use, int day, string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        if (hosts.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var begin = TimeProvider.System.GetUtcNow().AddDays(day).AddHours(-1);
        using var certificate = Sign(request, key, begin, begin.AddDays(1));
        var issued = new TestCertificate(Path.Join(_folder, $"{name}.pem"), Path.Join(_folder, $"{name}.key"));
        File.Delete(issued.KeyFile);
        File.WriteAllText(issued.File, certificate.ExportCertificatePem());
        using var file = new StreamWriter(issued.KeyFile, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(key.ExportPkcs8PrivateKeyPem());
        return issued;
    }

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key, DateTimeOffset from, DateTimeOffset until)
    {
        using var signed = request.Create(_certificate, from, until, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}

/// <summary>A certificate and its private key, in PEM.</summary>
internal sealed record TestCertificate(string File, string KeyFile);

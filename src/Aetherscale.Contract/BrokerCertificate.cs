using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aetherscale.Contract;

/// <summary>Whether a broker's certificate will do, in words.</summary>
internal static class BrokerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int MaxNames = 3;

    /// <param name="certificate">What the broker shows.</param>
    /// <param name="given">The chain that .NET found with the roots of this machine.</param>
    /// <param name="errors">What .NET says about it; of these only the name's counts where we have roots of our own.</param>
    /// <param name="host">Whom the certificate must be made out to.</param>
    /// <param name="caFile">Where the roots are from; null for this machine's.</param>
    /// <param name="roots">The roots that count; null for this machine's.</param>
    /// <param name="time">Tells what has expired.</param>
    /// <returns>The gravest problem; null when there is none.</returns>
    public static TlsProblem? ProblemOf(
        X509Certificate2 certificate,
        X509Chain given,
        SslPolicyErrors errors,
        string host,
        string? caFile,
        X509Certificate2Collection? roots,
        TimeProvider time)
    {
        using var own = roots is null ? null : Build(certificate, given, roots);
        var status = (own ?? given).ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (status == X509ChainStatusFlags.NoError && (own is not null || !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)))
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? WrongName(certificate, host) : null;
        }

        return status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.HasFlag(X509ChainStatusFlags.PartialChain) ? UnknownCa(caFile)
            : status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? WrongTime((own ?? given).ChainElements, time)
            : new TlsProblem($"its certificate is not good for a server ({status})", "have another one made for the broker");
    }

    /// <summary>A time in UTC.</summary>
    public static string Moment(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static X509Chain Build(X509Certificate2 certificate, X509Chain given, X509Certificate2Collection roots)
    {
        var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(given.ChainPolicy.ExtraStore);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        _ = chain.Build(certificate);
        return chain;
    }

    private static TlsProblem UnknownCa(string? caFile) => caFile is null
        ? new TlsProblem(
            "its certificate is not signed by a CA that this machine trusts", "name the certificate of the broker's CA in broker-ca-file")
        : new TlsProblem(
            $"its certificate is not signed by a CA in {caFile}", "have broker-ca-file name the certificate of the broker's CA");

    private static TlsProblem WrongTime(X509ChainElementCollection chain, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var wrong = chain.FirstOrDefault(link => link.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)) ?? chain[0];
        var whose = wrong == chain[0] ? "its certificate" : "the certificate of its CA";
        return wrong.Certificate.NotBefore.ToUniversalTime() > now
            ? new TlsProblem($"{whose} is not valid before {Moment(wrong.Certificate.NotBefore)}", "check the clock of this machine: date -u")
            : new TlsProblem($"{whose} expired at {Moment(wrong.Certificate.NotAfter)}", "have a new one made for the broker");
    }

    private static TlsProblem WrongName(X509Certificate2 certificate, string host)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] names = alternatives is null
            ? [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)]
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(address => address.ToString())];
        var shown = string.Join(", ", names.Take(MaxNames)) + (names.Length > MaxNames ? ", …" : "");
        return new TlsProblem(
            $"its certificate is made out to {(shown.Length > 0 ? shown : "nobody")}, not to {host}", "write that name in the URL, or have one made out to this one");
    }
}

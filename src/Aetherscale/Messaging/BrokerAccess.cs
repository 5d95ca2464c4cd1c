using Aetherscale.Contract;

namespace Aetherscale.Messaging;

/// <summary>Which node of the broker, and as whom.</summary>
/// <param name="address">One of those that <c>broker</c> names.</param>
/// <param name="credentialsFile">What <c>broker-credentials-file</c> says; empty when there is none.</param>
/// <param name="tls">What the settings for TLS say.</param>
internal sealed class BrokerAccess(BrokerAddress address, string credentialsFile, BrokerTlsFiles tls)
{
    public BrokerAddress Address => address;

    /// <summary>The certificate that the broker is shown; null when there is none.</summary>
    public string? CertificateFile => tls.CertificateFile;

    /// <summary>Where user and password come from, for messages to the user.</summary>
    public string Source => credentialsFile.Length > 0 ? $"broker-credentials-file, {credentialsFile}"
        : address.Credentials is not null ? "the URL in broker"
        : "the default; set broker-credentials-file to name another";

    /// <summary>The credentials as they are now: the file is read each time, so that a new password needs no restart.</summary>
    /// <exception cref="BrokerException">The file cannot be used.</exception>
    public BrokerCredentials Credentials()
    {
        if (credentialsFile.Length == 0)
        {
            return address.Credentials ?? (tls.CertificateFile is { } certificate ? BrokerCredentials.OfCertificate(certificate) : BrokerCredentials.Guest);
        }

        try
        {
            return BrokerCredentials.ReadFile(credentialsFile);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"the credentials cannot be read: {error.Message.TrimEnd('.')}; the file must belong to the daemon's user", error);
        }
    }

    /// <summary>What TLS rests on, as it is now: a new certificate needs no restart. Null for a broker without TLS.</summary>
    /// <exception cref="BrokerException">A file cannot be used.</exception>
    public BrokerTls? Tls(TimeProvider time)
    {
        try
        {
            return address.UseTls ? BrokerTls.Read(tls, address.Host, time) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"a file for TLS cannot be used: {error.Message.TrimEnd('.')}", error);
        }
    }
}

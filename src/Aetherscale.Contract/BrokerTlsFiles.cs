namespace Aetherscale.Contract;

/// <summary>The files, in PEM, that TLS to a broker rests on; null is what is not set.</summary>
/// <param name="CaFile">The roots that are trusted for the broker, and no others.</param>
/// <param name="CertificateFile">The certificate that is shown to the broker, with those between it and its root.</param>
/// <param name="KeyFile">Its private key, for its owner alone.</param>
public sealed record BrokerTlsFiles(string? CaFile, string? CertificateFile, string? KeyFile)
{
    /// <summary>The roots of this machine, and no certificate of ours.</summary>
    public static BrokerTlsFiles None { get; } = new(null, null, null);

    /// <summary>What is wrong with the choice of files; null when it will do.</summary>
    public string? Problem => (CertificateFile is null) == (KeyFile is null) ? null
        : "broker-certificate-file and broker-key-file belong together: set both, or neither";
}

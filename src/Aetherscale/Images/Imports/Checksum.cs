using System.Security.Cryptography;

namespace Aetherscale.Images.Imports;

/// <summary>What bytes must hash to.</summary>
/// <param name="Algorithm">SHA-256 or SHA-512.</param>
/// <param name="Hex">Lower-case hexadecimal digits.</param>
internal sealed record Checksum(HashAlgorithmName Algorithm, string Hex)
{
    /// <summary>The grammar in words, for error texts.</summary>
    public const string Rule = "a checksum is sha256: and 64, or sha512: and 128 hexadecimal digits";

    private const int Sha256Digits = 64;
    private const int Sha512Digits = 128;

    /// <summary>The name that the algorithm has in checksums.</summary>
    public string Name => Algorithm == HashAlgorithmName.SHA512 ? "sha512" : "sha256";

    /// <summary>Reads <c>sha256:…</c>, <c>sha512:…</c>, or the digits alone, whose number tells which it is.</summary>
    public static bool TryParse(string text, out Checksum? checksum)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, hex) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        checksum = !hex.All(char.IsAsciiHexDigit) ? null : (name, hex.Length) switch
        {
            ("" or "sha256", Sha256Digits) => new Checksum(HashAlgorithmName.SHA256, hex.ToLowerInvariant()),
            ("" or "sha512", Sha512Digits) => new Checksum(HashAlgorithmName.SHA512, hex.ToLowerInvariant()),
            _ => null,
        };
        return checksum is not null;
    }

    public override string ToString() => $"{Name}:{Hex}";
}

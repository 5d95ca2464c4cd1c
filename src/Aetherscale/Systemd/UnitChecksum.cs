using System.Security.Cryptography;
using System.Text;

namespace Aetherscale.Systemd;

/// <summary>
/// The last line of our unit files, <c># sha256: …</c>: over every byte before it. systemd loads a file that was cut short
/// with whatever it still says; we do not.
/// </summary>
internal static class UnitChecksum
{
    private const string Mark = "# sha256: ";

    /// <summary>Adds the line.</summary>
    public static string Seal(string text) => $"{text}{Mark}{Hash(text)}\n";

    /// <summary>True when the text ends with the line that <see cref="Seal"/> gave it, and is otherwise as it was then.</summary>
    public static bool Matches(string text) => Matches(Encoding.UTF8.GetBytes(text));

    /// <summary>The same of the file's bytes.</summary>
    public static bool Matches(ReadOnlySpan<byte> text)
    {
        var start = text.Length - (Mark.Length + (2 * SHA256.HashSizeInBytes) + 1);
        if (start < 0 || (start > 0 && text[start - 1] != '\n') || text[^1] != '\n')
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..start], hash);
        Span<char> hex = stackalloc char[2 * SHA256.HashSizeInBytes];
        return Convert.TryToHexStringLower(hash, hex, out _)
            && Ascii.Equals(text.Slice(start, Mark.Length), Mark)
            && Ascii.Equals(text[(start + Mark.Length)..^1], hex);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

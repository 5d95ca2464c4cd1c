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
    public static bool Matches(string text)
    {
        var start = text.Length - (Mark.Length + (2 * SHA256.HashSizeInBytes) + 1);
        return start >= 0 && (start == 0 || text[start - 1] == '\n') && text == Seal(text[..start]);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

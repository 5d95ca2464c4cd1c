using System.Globalization;
using System.Text;

namespace Aetherscale;

/// <summary>
/// A requester's text, fit to stand in a reason or in the log: not long, on one line, and without characters that act on
/// a terminal.
/// </summary>
internal static class Quoted
{
    private const int MaxLength = 100;

    /// <summary>The text, or its beginning, in quotation marks.</summary>
    public static string Of(string text) => $"\"{Plain(text)}\"";

    /// <summary>The same without the quotation marks.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= MaxLength)
            {
                return plain.Append('…').ToString();
            }

            _ = Acts(rune)
                ? plain.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}")
                : plain.Append(rune.ToString());
        }

        return plain.ToString();
    }

    private static bool Acts(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}

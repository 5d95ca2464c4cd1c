using System.Globalization;
using System.Text;

namespace Aetherscale.Cli.Output;

/// <summary>
/// Text from elsewhere (daemon, guest, file, command line) made fit for a terminal: nothing in it moves the cursor,
/// changes colours, or turns the direction of writing; it shows as <c>\x1b</c> or <c>\u202e</c> instead.
/// </summary>
internal static class TerminalText
{
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = IsActive(rune) ? safe.Append(Escaped(rune)) : safe.Append(rune.ToString());
        }

        return safe.ToString();
    }

    /// <summary>As <see cref="Escape"/>, but lines stay lines, set in: none can pass for another message.</summary>
    public static string EscapeLines(string text) =>
        string.Join("\n  ", text.Trim().ReplaceLineEndings("\n").Replace('\t', ' ').Split('\n').Select(Escape));

    /// <summary>JSON whose texts hold no such characters either; as a value it is the same.</summary>
    public static string EscapeJson(string json)
    {
        if (Ascii.IsValid(json) && !json.Contains('\x7f', StringComparison.Ordinal))
        {
            return json; // the writer has escaped the controls below U+0020 already
        }

        var safe = new StringBuilder(json.Length + 16);
        foreach (var rune in json.EnumerateRunes())
        {
            if (!IsActive(rune) || rune.Value is '\n')
            {
                safe.Append(rune.ToString());
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return safe.ToString();
    }

    private static bool IsActive(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escaped(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= 0xff => $"\\x{rune.Value:x2}",
        <= 0xffff => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    };
}

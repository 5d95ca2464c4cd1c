using System.Buffers;
using System.Globalization;
using System.Text;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Systemd;

/// <summary>
/// Writes arguments so that systemd's parser gives the same bytes back. systemd splits lines, then takes quotes and C
/// escapes away, then expands <c>%</c>, and <c>$</c> when it executes: systemd.syntax(7), systemd.service(5) "Command lines".
/// </summary>
internal static class UnitEscaper
{
    /// <summary>The kernel takes no longer argument (MAX_ARG_STRLEN, its end mark included).</summary>
    public const int MaximumArgumentBytes = 131_071;

    // None of these means anything to systemd inside a command line, after its first word.
    private static readonly SearchValues<char> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@_./:=,+-");

    /// <summary>The argument as a person would write it: bare when it is plain, quoted otherwise.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: no unit can hold it.</exception>
    public static string Argument(string argument) => IsPlain(argument) ? Checked(argument) : Quote(argument);

    /// <summary>The argument in quotes.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: no unit can hold it.</exception>
    public static string Quote(string argument)
    {
        var text = new StringBuilder("\"", argument.Length + 16);
        foreach (var letter in Checked(argument))
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '%' => text.Append("%%"),
                '$' => text.Append("$$"),
                < ' ' or '\x7f' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                _ => text.Append(letter),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>
    /// The program of a command line. systemd gives its first word a syntax of its own, so only a plain absolute path is taken.
    /// </summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: it is none.</exception>
    public static string Program(string path) =>
        path.StartsWith('/') && IsPlain(path)
            ? Checked(path)
            : throw new AetherscaleException(
                BadRequest, $"A unit's program must be a plain absolute path, without spaces or signs: {path}");

    /// <summary>
    /// A path for <c>BindPaths=</c> and its like, which know quotes and <c>%</c>, but neither C escapes nor <c>$</c>.
    /// </summary>
    /// <param name="path">Absolute.</param>
    /// <param name="mayBeMissing">Writes the prefix <c>-</c>: where nothing is, nothing is bound.</param>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: no unit can hold it.</exception>
    public static string BindPath(string path, bool mayBeMissing = false)
    {
        var source = (mayBeMissing ? "-" : "") + Checked(path);
        if (path.Any(char.IsControl))
        {
            throw Refused("is a path with control characters");
        }

        return IsPlain(source) && !source.Contains(':')
            ? source
            : $"\"{source.Replace(@"\", @"\\").Replace("\"", "\\\"").Replace("%", "%%")}\"";
    }

    /// <summary>True when every character is one that is written as it is.</summary>
    public static bool IsPlain(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(s_plain);

    /// <summary>Passes text on that a unit file can carry at all.</summary>
    internal static string Checked(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaximumArgumentBytes)
        {
            throw Refused($"is longer than {MaximumArgumentBytes:N0} bytes");
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                throw Refused("holds half a character (a lone surrogate)");
            }

            if (rune.Value == 0)
            {
                throw Refused("holds a NUL");
            }

            // systemd drops a line that holds one of the code points that Unicode keeps free for ever.
            if (rune.Value is >= 0xfdd0 and <= 0xfdef || (rune.Value & 0xfffe) == 0xfffe)
            {
                throw Refused($"holds the noncharacter U+{rune.Value:X4}");
            }
        }

        return text;
    }

    private static AetherscaleException Refused(string why) =>
        new(BadRequest, $"A systemd unit cannot hold this text: it {why}.");
}

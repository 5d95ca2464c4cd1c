using System.Globalization;
using System.Text;

namespace Aetherscale.Tests.Systemd;

/// <summary>
/// How systemd reads a command line, written from its documents (systemd.syntax(7), systemd.service(5)) and not from our
/// escaper: continuation lines, words and quotes, C escapes, then <c>%</c>, then <c>$</c>. It throws on what it does not know.
/// </summary>
internal static class SystemdStyleParser
{
    /// <summary>The argv of the setting in a unit's text.</summary>
    public static IReadOnlyList<string> Argv(string unit, string key)
    {
        var logical = string.Join(' ', unit.Replace("\\\n", "\0", StringComparison.Ordinal).Split('\n')
            .Single(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Split('\0'));
        var words = Words(Encoding.UTF8.GetBytes(logical[(key.Length + 1)..])).Select(Specifiers).ToList();
        return [words[0], .. words.Skip(1).Select(Dollars)];
    }

    private static IEnumerable<string> Words(byte[] line)
    {
        var word = new List<byte>();
        var (inWord, quote) = (false, (byte)0);
        for (var i = 0; i < line.Length; i++)
        {
            var letter = line[i];
            if (quote == 0 && (letter is (byte)' ' or (byte)'\t'))
            {
                if (inWord)
                {
                    yield return Encoding.UTF8.GetString([.. word]);
                    word.Clear();
                    inWord = false;
                }

                continue;
            }

            inWord = true;
            if (letter == '\\')
            {
                i += Unescape(line, i + 1, word);
            }
            else if (quote == 0 && (letter is (byte)'"' or (byte)'\''))
            {
                quote = letter;
            }
            else if (quote != 0 && letter == quote)
            {
                quote = 0;
            }
            else
            {
                word.Add(letter);
            }
        }

        Assert.Equal(0, quote);
        if (inWord)
        {
            yield return Encoding.UTF8.GetString([.. word]);
        }
    }

    private static int Unescape(byte[] line, int at, List<byte> word)
    {
        const string From = "abfnrtvs\\\"'", To = "\a\b\f\n\r\t\v \\\"'";
        if (line[at] == 'x')
        {
            word.Add(byte.Parse(
                Encoding.ASCII.GetString(line, at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return 3;
        }

        var index = From.IndexOf((char)line[at], StringComparison.Ordinal);
        Assert.True(index >= 0, $"unknown escape \\{(char)line[at]}");
        word.Add((byte)To[index]);
        return 1;
    }

    private static string Specifiers(string word) => Doubled(word, '%');

    private static string Dollars(string word) => Doubled(word, '$');

    private static string Doubled(string word, char sign)
    {
        var text = new StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] == sign)
            {
                Assert.True(i + 1 < word.Length && word[i + 1] == sign, $"{sign} would be expanded in {word}");
                i++;
            }

            text.Append(word[i]);
        }

        return text.ToString();
    }
}

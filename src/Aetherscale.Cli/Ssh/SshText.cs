namespace Aetherscale.Cli.Ssh;

/// <summary>What ssh takes apart again: its settings (ssh_config(5)), and the shell, to which it hands a ProxyCommand.</summary>
internal static class SshText
{
    /// <summary>A path as a setting's value. A percent sign would begin a token.</summary>
    /// <exception cref="CliException">It cannot be one.</exception>
    public static string Path(string path) => $"\"{Plain(path).Replace("%", "%%", StringComparison.Ordinal)}\"";

    /// <summary>Words as the shell's words, each as it is, but for ssh's own tokens in <paramref name="tokens"/>.</summary>
    /// <exception cref="CliException">One of them cannot stand on a line.</exception>
    public static string Command(IEnumerable<string> words, params string[] tokens) =>
        string.Join(' ', [.. words.Select(Word), .. tokens]);

    private static string Word(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/._-:=@+,".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{Line(word).Replace("'", @"'\''", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal)}'";

    private static string Plain(string path) => !Line(path).Contains('"', StringComparison.Ordinal) ? path : throw Impossible(path);

    private static string Line(string text) => !text.Any(char.IsControl) ? text : throw Impossible(text);

    private static CliException Impossible(string text) =>
        new(ExitCodes.Usage, $"\"{text}\" cannot stand in ssh's settings: it has a quotation mark or a control character");
}

namespace Aetherscale.Cli.Output;

/// <summary>A page for the terminal, as wide as it is and never so wide that it is hard to read.</summary>
internal sealed class TextPage(Terminal terminal) : IPage
{
    private const int MaxWidth = 100;
    private const int Margin = 2;
    private const int LabelWidth = 28;

    private readonly int _width = Math.Min(terminal.Width, MaxWidth);

    public void Title(string name, string summary) => Line($"{name} - {summary}");

    public void Heading(string text)
    {
        Line("");
        Line(terminal.OutIsRich && terminal.Colours ? $"\e[1m{text}\e[0m" : text);
    }

    /// <summary>Breaks before an option, never between an option and its value.</summary>
    public void Synopsis(string text)
    {
        var indent = Margin;
        var pieces = text.Replace(" [", "\n[", StringComparison.Ordinal).Split('\n');
        foreach (var line in Wrap(pieces, _width - (2 * Margin)))
        {
            Line(new string(' ', indent) + line);
            indent = 2 * Margin;
        }
    }

    public void Paragraph(string text)
    {
        foreach (var line in Wrap(text, _width - Margin))
        {
            Line(new string(' ', Margin) + line);
        }
    }

    public void Gap() => Line("");

    public void Entry(string label, string text)
    {
        var start = "  " + label;
        if (start.Length + 2 > LabelWidth)
        {
            Line(start);
            start = "";
        }

        var lines = Wrap(text, _width - LabelWidth).DefaultIfEmpty("").ToArray();
        Line(start.PadRight(LabelWidth) + lines[0]);
        foreach (var line in lines.Skip(1))
        {
            Line(new string(' ', LabelWidth) + line);
        }
    }

    public void Example(string purpose, string line)
    {
        Line($"  # {purpose}");
        Line($"  {line}");
    }

    private static IEnumerable<string> Wrap(string text, int width) => Wrap(text.Split(' '), width);

    private static IEnumerable<string> Wrap(IEnumerable<string> words, int width)
    {
        var line = "";
        foreach (var word in words)
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    private void Line(string text) => terminal.Out.WriteLine(text);
}

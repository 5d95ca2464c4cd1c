namespace Aetherscale.Cli.Output;

/// <summary>A table for pipes: aligned columns, nothing cut off, <c>-</c> where there is no value.</summary>
internal static class PlainSheet
{
    private const int Gap = 2;

    public static void Write(Sheet sheet, TextWriter output)
    {
        var widths = Widths(sheet);
        if (sheet.Headers is not null)
        {
            Write(sheet.Headers, static header => header, widths, output);
        }

        foreach (var row in sheet.Rows)
        {
            Write(row, Text, widths, output);
        }
    }

    private static int[] Widths(Sheet sheet)
    {
        var widths = sheet.Headers?.Select(header => header.Length).ToArray() ?? new int[sheet.Rows is [var first, ..] ? first.Count : 0];
        foreach (var row in sheet.Rows)
        {
            for (var column = 0; column < widths.Length; column++)
            {
                widths[column] = int.Max(widths[column], Text(row[column]).Length);
            }
        }

        return widths;
    }

    private static void Write<T>(IReadOnlyList<T> line, Func<T, string> show, int[] widths, TextWriter output)
    {
        for (var column = 0; column < line.Count - 1; column++)
        {
            var text = show(line[column]);
            output.Write(text);
            for (var blanks = widths[column] - text.Length + Gap; blanks > 0; blanks--)
            {
                output.Write(' ');
            }
        }

        output.WriteLine(show(line[^1]));
    }

    private static string Text(Cell cell) => string.IsNullOrEmpty(cell.Text) ? "-" : TerminalText.Escape(cell.Text);
}

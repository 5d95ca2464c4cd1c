namespace Aetherscale.Cli.Output;

/// <summary>A table for pipes: aligned columns, nothing cut off, <c>-</c> where there is no value.</summary>
internal static class PlainSheet
{
    private const string Gap = "  ";

    public static void Write(Sheet sheet, TextWriter output)
    {
        List<string[]> lines = [.. sheet.Headers is null ? [] : new[] { sheet.Headers.ToArray() }];
        lines.AddRange(sheet.Rows.Select(row => row.Select(Text).ToArray()));
        if (lines.Count == 0)
        {
            return;
        }

        int[] widths = [.. lines[0].Select((_, column) => lines.Max(line => line[column].Length))];
        foreach (var line in lines)
        {
            for (var column = 0; column < line.Length - 1; column++)
            {
                output.Write(line[column].PadRight(widths[column]));
                output.Write(Gap);
            }

            output.WriteLine(line[^1]);
        }
    }

    private static string Text(Cell cell) => string.IsNullOrEmpty(cell.Text) ? "-" : TerminalText.Escape(cell.Text);
}

using System.Text;
using Spectre.Console;

namespace Aetherscale.Cli.Output;

/// <summary>A table for terminals, with lines and colours. Texts are never read as Spectre's markup.</summary>
internal static class RichSheet
{
    public static void Write(Sheet sheet, Terminal terminal)
    {
        var console = ConsoleOn(terminal.Out, terminal);
        if (sheet.Headers is null)
        {
            console.Write(Facts(sheet));
            return;
        }

        var table = new Table
        {
            Border = terminal.Unicode ? TableBorder.Rounded : TableBorder.Ascii,
            BorderStyle = new Style(decoration: Decoration.Dim),
        };
        foreach (var header in sheet.Headers)
        {
            // What can be long may wrap; an id, a status or an address that wraps is of no use.
            var mayWrap = header is "HINT" or "IMAGE" or "FOUND";
            var title = new Text(header, new Style(decoration: Decoration.Bold));
            table.AddColumn(new TableColumn(title) { NoWrap = !mayWrap });
        }

        foreach (var row in sheet.Rows)
        {
            table.AddRow(row.Select(Show));
        }

        console.Write(table);
    }

    /// <summary>A console of Spectre's on one of our writers, which asks nothing of the process around it.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter writer, Terminal terminal) =>
        AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = terminal.Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new WriterOutput(writer, terminal.Width),
        });

    private static Grid Facts(Sheet sheet)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn { NoWrap = true });
        grid.AddColumn(new GridColumn());
        foreach (var row in sheet.Rows)
        {
            grid.AddRow(new Text(row[0].Text!, new Style(decoration: Decoration.Bold)), Show(row[1]));
        }

        return grid;
    }

    private static Text Show(Cell cell) => new(TerminalText.Escape(cell.Text ?? ""), cell.Tone switch
    {
        Tone.Faint => new Style(decoration: Decoration.Dim),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Good => new Style(Color.Green),
        Tone.Busy => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red, decoration: Decoration.Bold),
        _ => Style.Plain,
    });

    private sealed class WriterOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => width;

        public int Height => 24;

        public void SetEncoding(Encoding encoding)
        {
            // The writer is UTF-8 already.
        }
    }
}

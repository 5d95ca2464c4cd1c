using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Output;

/// <summary>Shows what came of the requests in the form that was asked for.</summary>
internal sealed class ReplyPrinter(Terminal terminal, OutputFormat format, bool quiet)
{
    /// <summary>Shows all and returns the exit code: the gravest one.</summary>
    public int Print(IReadOnlyList<Outcome> outcomes, Func<IReadOnlyList<Reply>, Screen> show)
    {
        if (format == OutputFormat.Json)
        {
            PrintJson([.. outcomes.Select(outcome => outcome.Reply).OfType<Reply>()]);
        }
        else
        {
            PrintScreen(outcomes, show);
        }

        terminal.Flush();
        var failures = outcomes.Select(outcome => outcome.Failure).OfType<CliException>()
            .DistinctBy(failure => failure.Message)
            .ToArray();
        foreach (var failure in failures)
        {
            terminal.Fail(failure.Message, failure.Advice);
        }

        return failures.Length > 0 ? failures.Max(failure => failure.ExitCode)
            : outcomes.Any(outcome => !Succeeded(outcome)) ? ExitCodes.Refused
            : ExitCodes.Done;
    }

    private void PrintScreen(IReadOnlyList<Outcome> outcomes, Func<IReadOnlyList<Reply>, Screen> show)
    {
        Reply[] done = [.. outcomes.Where(Succeeded).Select(outcome => outcome.Reply!)];
        var screen = done.Length > 0 ? show(done) : null;
        if (screen is not null)
        {
            Print(screen);
        }

        terminal.Flush();
        foreach (var note in quiet || screen is null ? [] : screen.Notes)
        {
            terminal.Note(note);
        }

        string[] unanswered = [.. outcomes.SelectMany(outcome => outcome.Reply?.ExecutionInfo.Unanswered ?? []).Distinct()];
        if (unanswered.Length > 0)
        {
            terminal.Note($"hosts that did not answer: {string.Join(", ", unanswered)}");
        }

        foreach (var refused in outcomes.Where(outcome => outcome.Reply is not null && !Succeeded(outcome)))
        {
            terminal.Fail(refused.Reply!.ExecutionInfo.Describe(refused.Request.RequestId), advice: null);
        }
    }

    /// <summary>Shows what is no reply.</summary>
    public void Print(Screen screen)
    {
        if (quiet)
        {
            foreach (var id in screen.Ids)
            {
                terminal.Out.WriteLine(TerminalText.Escape(id));
            }
        }
        else if (screen.Lines is { } lines)
        {
            foreach (var line in lines)
            {
                terminal.Out.WriteLine(line);
            }
        }
        else if (screen.Sheet.Rows.Count == 0 && terminal.OutIsTerminal && screen.WhenEmpty is not null)
        {
            terminal.Out.WriteLine(screen.WhenEmpty);
        }
        else if (terminal.OutIsRich)
        {
            RichSheet.Write(screen.Sheet, terminal);
        }
        else
        {
            screen.Sheet.WritePlain(terminal);
        }
    }

    /// <summary>Set out over lines for a person, one line for a program.</summary>
    private void PrintJson(IReadOnlyList<Reply> replies)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions
        {
            Indented = terminal.OutIsTerminal,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            writer.WriteStartArray();
            foreach (var reply in replies)
            {
                reply.WriteTo(writer);
            }

            writer.WriteEndArray();
        }

        var text = Encoding.UTF8.GetString(json.GetBuffer().AsSpan(0, (int)json.Length));
        terminal.Out.WriteLine(TerminalText.EscapeJson(text));
    }

    private static bool Succeeded(Outcome outcome) => outcome.Reply?.ExecutionInfo.Status == ExecutionInfo.Success;
}

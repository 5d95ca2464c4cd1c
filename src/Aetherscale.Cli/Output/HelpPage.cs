using System.CommandLine;
using System.CommandLine.Invocation;
using Aetherscale.Cli.Verbs;

namespace Aetherscale.Cli.Output;

/// <summary>The help pages, laid out as manual pages are: usage, what it does, options, examples, exit codes.</summary>
internal sealed class HelpPage(Terminal terminal) : SynchronousCommandLineAction
{
    private const int MaxWidth = 100;
    private const int Margin = 2;
    private const int LabelWidth = 28;

    private readonly int _width = Math.Min(terminal.Width, MaxWidth);

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var root = parseResult.RootCommandResult.Command;
        if (command is Verb verb)
        {
            WriteVerb(verb);
        }
        else
        {
            WriteRoot(root);
        }

        WriteOptions("Global options", root.Options);
        if (command is Verb { Examples: var examples })
        {
            WriteExamples(examples);
        }
        else
        {
            WriteFiles();
        }

        WriteExitCodes();
        return ExitCodes.Done;
    }

    private void WriteRoot(Command root)
    {
        Line($"{CliRoot.ProgramName} - {root.Description}");
        Heading("Usage");
        Line($"  {CliRoot.ProgramName} COMMAND [OPTIONS]");
        Line($"  {CliRoot.ProgramName} COMMAND --help");
        Heading("Commands");
        foreach (var verb in root.Subcommands)
        {
            Entry(verb.Name, verb.Description ?? "");
        }
    }

    private void WriteVerb(Verb verb)
    {
        Line($"{CliRoot.ProgramName} {verb.Name} - {verb.Description}");
        Heading("Usage");
        Synopsis($"{CliRoot.ProgramName} {verb.Synopsis}");
        Heading("Description");
        for (var i = 0; i < verb.Details.Count; i++)
        {
            if (i > 0)
            {
                Line("");
            }

            Paragraph(verb.Details[i], Margin);
        }

        if (verb.Arguments.Count > 0)
        {
            Heading("Arguments");
            foreach (var argument in verb.Arguments)
            {
                Entry(argument.HelpName ?? argument.Name, argument.Description ?? "");
            }
        }

        WriteOptions("Options", verb.Options);
    }

    private void WriteOptions(string title, IEnumerable<Option> options)
    {
        var shown = options.Where(option => !option.Hidden).ToArray();
        if (shown.Length == 0)
        {
            return;
        }

        Heading(title);
        foreach (var option in shown)
        {
            var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length));
            var value = option.HelpName is { } name ? $" {name}" : "";
            Entry(names + value, (option.Description ?? "") + (option.Required ? " Required." : ""));
        }
    }

    private void WriteExamples(IReadOnlyList<Example> examples)
    {
        Heading("Examples");
        foreach (var (purpose, line) in examples)
        {
            Line($"  # {purpose}");
            Line($"  {line}");
        }
    }

    private void WriteFiles()
    {
        Heading("Where the daemon is");
        Paragraph(
            "The first that applies: --socket, --broker, --system or --user; the variable AETHERSCALE_SOCKET or AETHERSCALE_CLIENT_BROKER; "
            + "[client] socket = \"PATH\" or broker = \"URL\" in ~/.config/aetherscale/config.toml; "
            + "$XDG_RUNTIME_DIR/aetherscale/api.sock, when it is there; [client] in /etc/aetherscale/config.toml.", Margin);
        Line("");
        Paragraph(
            "A broker's user and password stand in a file of one line, user:password, that is named by the variable "
            + "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE or by [client] broker-credentials-file = \"PATH\" in the same files. "
            + "Without one it is guest, whom RabbitMQ lets in from its own host only.", Margin);
        Heading("Other variables");
        Entry("NO_COLOR", "When set, nothing is coloured.");
        Entry("TERM=dumb", "Tables without lines and colours, no spinner.");
    }

    private void WriteExitCodes()
    {
        Heading("Exit codes");
        Entry("0", "Done.");
        Entry("1", "Refused by the daemon, or not possible; standard error says why.");
        Entry("2", "The command line or a settings file is wrong; nothing was sent.");
        Entry("3", "The daemon or its broker cannot be reached, or went away before the answer.");
        Entry("130", "Interrupted by Ctrl-C; a command that was sent goes on in the daemon.");
    }

    private void Heading(string text)
    {
        Line("");
        Line(terminal.OutIsRich && terminal.Colours ? $"\e[1m{text}\e[0m" : text);
    }

    private void Entry(string label, string text)
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

    private void Paragraph(string text, int indent)
    {
        foreach (var line in Wrap(text, _width - indent))
        {
            Line(new string(' ', indent) + line);
        }
    }

    /// <summary>Breaks before an option, never between an option and its value.</summary>
    private void Synopsis(string text)
    {
        var indent = Margin;
        var pieces = text.Replace(" [", "\n[", StringComparison.Ordinal).Split('\n');
        foreach (var line in Wrap(pieces, _width - (2 * Margin)))
        {
            Line(new string(' ', indent) + line);
            indent = 2 * Margin;
        }
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

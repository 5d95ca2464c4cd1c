using System.CommandLine;
using System.CommandLine.Invocation;
using Aetherscale.Cli.Verbs;

namespace Aetherscale.Cli.Output;

/// <summary>The help pages, in the order of manual pages: usage, what it does, options, examples, exit codes.</summary>
internal sealed class HelpPage(IPage page) : SynchronousCommandLineAction
{
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

        page.Heading("Global options");
        WriteOptions(root.Options);
        if (command is Verb { Examples: var examples })
        {
            page.Heading("Examples");
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
        page.Title(CliRoot.ProgramName, root.Description ?? "");
        page.Heading("Usage");
        page.Synopsis($"{CliRoot.ProgramName} COMMAND [OPTIONS]");
        page.Synopsis($"{CliRoot.ProgramName} COMMAND --help");
        page.Heading("Commands");
        WriteCommands(root);
    }

    /// <summary>What each verb is for, in a line.</summary>
    public void WriteCommands(Command root)
    {
        foreach (var verb in root.Subcommands.Where(verb => !verb.Hidden))
        {
            page.Entry(verb.Name, verb.Description ?? "");
        }
    }

    private void WriteVerb(Verb verb)
    {
        page.Title($"{CliRoot.ProgramName} {verb.Name}", verb.Description ?? "");
        page.Heading("Usage");
        page.Synopsis($"{CliRoot.ProgramName} {verb.Synopsis}");
        page.Heading("Description");
        WriteDetails(verb);
        if (verb.Arguments.Count > 0)
        {
            page.Heading("Arguments");
            WriteArguments(verb);
        }

        if (verb.Options.Any(option => !option.Hidden))
        {
            page.Heading("Options");
            WriteOptions(verb.Options);
        }
    }

    public void WriteDetails(Verb verb)
    {
        for (var i = 0; i < verb.Details.Count; i++)
        {
            if (i > 0)
            {
                page.Gap();
            }

            page.Paragraph(verb.Details[i]);
        }
    }

    public void WriteArguments(Verb verb)
    {
        foreach (var argument in verb.Arguments)
        {
            page.Entry(argument.HelpName ?? argument.Name, argument.Description ?? "");
        }
    }

    public void WriteOptions(IEnumerable<Option> options)
    {
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length));
            var value = option.HelpName is { } name ? $" {name}" : "";
            page.Entry(names + value, (option.Description ?? "") + (option.Required ? " Required." : ""));
        }
    }

    public void WriteExamples(IReadOnlyList<Example> examples)
    {
        foreach (var (purpose, line) in examples)
        {
            page.Example(purpose, line);
        }
    }

    /// <summary>Where the daemon is looked for, and what else is taken from the surroundings.</summary>
    public void WriteFiles()
    {
        page.Heading("Where the daemon is");
        page.Paragraph(
            "The first that applies: --socket, --broker, --system or --user; the variable AETHERSCALE_SOCKET or AETHERSCALE_CLIENT_BROKER; "
            + "[client] socket = \"PATH\" or broker = \"URL\" in ~/.config/aetherscale/config.toml; "
            + "$XDG_RUNTIME_DIR/aetherscale/api.sock, when it is there; [client] in /etc/aetherscale/config.toml.");
        page.Gap();
        page.Paragraph(
            "A broker's user and password stand in a file of one line, user:password, that is named by the variable "
            + "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE or by [client] broker-credentials-file = \"PATH\" in the same files. "
            + "Without one it is guest, whom RabbitMQ lets in from its own host only.");
        page.Gap();
        page.Paragraph(
            "For amqps:// the same files may name, in PEM, broker-ca-file (the only CAs that are trusted for the broker), and "
            + "broker-certificate-file and broker-key-file (a client certificate and its private key, for its owner alone); variables: "
            + "AETHERSCALE_CLIENT_BROKER_CA_FILE, AETHERSCALE_CLIENT_BROKER_CERTIFICATE_FILE, AETHERSCALE_CLIENT_BROKER_KEY_FILE. "
            + "With a certificate and without credentials the broker takes the user's name from the certificate.");
        page.Heading("Other variables");
        page.Entry("NO_COLOR", "When set, nothing is coloured.");
        page.Entry("TERM=dumb", "Tables without lines and colours, no spinner.");
    }

    public void WriteExitCodes()
    {
        page.Heading("Exit codes");
        page.Entry("0", "Done.");
        page.Entry("1", "Refused by the daemon, or not possible; standard error says why.");
        page.Entry("2", "The command line or a settings file is wrong; nothing was sent.");
        page.Entry("3", "The daemon or its broker cannot be reached, or went away before the answer.");
        page.Entry("130", "Interrupted by Ctrl-C; a command that was sent goes on in the daemon.");
    }
}

using System.CommandLine;
using Aetherscale.Cli.Output;

namespace Aetherscale.Cli.Verbs;

/// <summary>
/// <c>manual-page</c>: aetherscale-cli(1), of the same words as the help. Packages are made with it; people have <c>--help</c>.
/// </summary>
internal sealed class ManualPage : Verb
{
    public const string Word = "manual-page";

    private readonly Session _session;

    public ManualPage(Session session)
        : base(Word, "print the manual page, as troff's source")
    {
        _session = session;
        Hidden = true;
    }

    public override string Synopsis => Word;

    public override IReadOnlyList<string> Details => ["Prints aetherscale-cli(1) for the program man."];

    public override IReadOnlyList<Example> Examples => [new("Read it", "aetherscale-cli manual-page | man -l -")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        // This line's own root has this verb only.
        Write(CliRoot.Of(_session.Around, _session.Terminal, []), line.InvocationConfiguration.Output);
        return Task.FromResult(ExitCodes.Done);
    }

    private static void Write(Command root, TextWriter source)
    {
        var version = typeof(ManualPage).Assembly.GetName().Version!.ToString(fieldCount: 3);
        var page = new RoffPage(source);
        var help = new HelpPage(page);
        page.Begin(CliRoot.ProgramName, section: 1, $"aetherscale {version}", "User Commands");
        page.Title(CliRoot.ProgramName, root.Description ?? "");
        page.Heading("Synopsis");
        page.Synopsis($"{CliRoot.ProgramName} COMMAND [OPTIONS]");
        page.Heading("Description");
        help.WriteCommands(root);
        page.Heading("Options of all commands");
        help.WriteOptions(root.Options);
        page.Heading("Commands");
        foreach (var verb in root.Subcommands.OfType<Verb>().Where(verb => !verb.Hidden))
        {
            Write(verb, page, help);
        }

        help.WriteFiles();
        help.WriteExitCodes();
        page.Heading("See also");
        page.Paragraph("aetherscale(8), systemctl(1), journalctl(1), loginctl(1)");
    }

    private static void Write(Verb verb, RoffPage page, HelpPage help)
    {
        page.Subheading(verb.Name);
        page.Synopsis($"{CliRoot.ProgramName} {verb.Synopsis}");
        help.WriteDetails(verb);
        help.WriteArguments(verb);
        help.WriteOptions(verb.Options);
        help.WriteExamples(verb.Examples);
    }
}

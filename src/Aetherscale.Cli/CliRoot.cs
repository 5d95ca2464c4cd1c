using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Verbs;

namespace Aetherscale.Cli;

/// <summary>The whole command line: the global options and one command for each verb.</summary>
internal sealed class CliRoot : RootCommand
{
    public const string ProgramName = "aetherscale-cli";

    public CliRoot(Surroundings around, Terminal terminal)
        : base("virtual machines that live as systemd services")
    {
        var options = new GlobalOptions();
        var session = new Session(around, terminal, options);
        var completions = new VmCompletions(session);

        Options.Clear();
        foreach (var option in options.All)
        {
            Add(option);
        }

        Add(new HelpOption("--help", "-h")
        {
            Description = "Show this page, or a verb's own page.",
            Action = new HelpPage(terminal),
            Recursive = true,
        });
        Add(new VersionOption("--version") { Description = "Print the version.", Action = new PrintVersion() });

        Add(new CreateVm(session));
        Add(new StartVm(session, completions));
        Add(new StopVm(session, completions));
        Add(new RestartVm(session, completions));
        Add(new PauseVm(session, completions));
        Add(new ResumeVm(session, completions));
        Add(new WaitVm(session, completions));
        Add(new DeleteVm(session, completions));
        Add(new ListVms(session));
        Add(new ShowVm(session, completions));
        Add(new Connect(session, completions));
        Add(new Completion());
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(CliRoot).Assembly.GetName().Version!.ToString(fieldCount: 3);
            parseResult.InvocationConfiguration.Output.WriteLine($"{ProgramName} {version}");
            return ExitCodes.Done;
        }
    }
}

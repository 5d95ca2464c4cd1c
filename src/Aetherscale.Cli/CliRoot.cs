using System.CommandLine;
using System.CommandLine.Invocation;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Verbs;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>The whole command line: the global options and one command for each verb.</summary>
internal static class CliRoot
{
    public const string ProgramName = "aetherscale-cli";

    private static readonly (string Name, Func<Session, VmCompletions, Verb> Make)[] s_verbs =
    [
        (CommandNames.CreateVm, static (session, _) => new CreateVm(session)),
        (CommandNames.StartVm, static (session, vms) => new StartVm(session, vms)),
        (CommandNames.StopVm, static (session, vms) => new StopVm(session, vms)),
        (CommandNames.RestartVm, static (session, vms) => new RestartVm(session, vms)),
        (CommandNames.PauseVm, static (session, vms) => new PauseVm(session, vms)),
        (CommandNames.ResumeVm, static (session, vms) => new ResumeVm(session, vms)),
        (CommandNames.WaitVm, static (session, vms) => new WaitVm(session, vms)),
        (CommandNames.DeleteVm, static (session, vms) => new DeleteVm(session, vms)),
        (CommandNames.ListVms, static (session, _) => new ListVms(session)),
        (CommandNames.ShowVm, static (session, vms) => new ShowVm(session, vms)),
        (CommandNames.WhyVm, static (session, vms) => new WhyVm(session, vms)),
        (CommandNames.LogsVm, static (session, vms) => new LogsVm(session, vms)),
        (CommandNames.Watch, static (session, vms) => new Watch(session, vms)),
        (Connect.Word, static (session, vms) => new Connect(session, vms)),
        (ConsoleVm.Word, static (session, vms) => new ConsoleVm(session, vms)),
        (ExecVm.Word, static (session, vms) => new ExecVm(session, vms)),
        (CopyVm.Word, static (session, vms) => new CopyVm(session, vms)),
        (ScreenshotVm.Word, static (session, vms) => new ScreenshotVm(session, vms)),
        (SshVm.Word, static (session, vms) => new SshVm(session, vms)),
        (SshConfig.Word, static (session, vms) => new SshConfig(session, vms)),
        (CommandNames.ImportImage, static (session, _) => new ImportImage(session)),
        (CommandNames.PullImage, static (session, _) => new PullImage(session)),
        (CommandNames.ListImages, static (session, _) => new ListImages(session)),
        (CommandNames.ShowImage, static (session, _) => new ShowImage(session, new ImageCompletions(session))),
        (CommandNames.CopyImage, static (session, _) => new CopyImage(session, new ImageCompletions(session))),
        (CommandNames.DeleteImage, static (session, _) => new DeleteImage(session, new ImageCompletions(session))),
        (CommandNames.AddRemote, static (session, _) => new AddRemote(session)),
        (CommandNames.ListRemotes, static (session, _) => new ListRemotes(session)),
        (CommandNames.RemoveRemote, static (session, _) => new RemoveRemote(session, new RemoteCompletions(session))),
        (CommandNames.ListHosts, static (session, _) => new ListHosts(session)),
        (CommandNames.ShowHost, static (session, _) => new ShowHost(session, new HostCompletions(session))),
        (CommandNames.CordonHost, static (session, _) => new CordonHost(session, new HostCompletions(session))),
        (CommandNames.UncordonHost, static (session, _) => new UncordonHost(session, new HostCompletions(session))),
        (CommandNames.ForgetHost, static (session, _) => new ForgetHost(session, new HostCompletions(session))),
        (CommandNames.Doctor, static (session, _) => new Doctor(session)),
        (Completion.Word, static (_, _) => new Completion()),
        (ManualPage.Word, static (session, _) => new ManualPage(session)),
    ];

    /// <param name="around">The machine.</param>
    /// <param name="terminal">Where answers go.</param>
    /// <param name="words">The command line. The verbs that it does not name are not made: all of them take half a millisecond.</param>
    public static Command Of(Surroundings around, Terminal terminal, IReadOnlyList<string> words)
    {
        var root = Bare(words);
        var options = new GlobalOptions();
        var session = new Session(around, terminal, options);
        var completions = new VmCompletions(session);
        options.Host.CompletionSources.Add(new HostCompletions(session).Find);
        foreach (var option in options.All)
        {
            root.Add(option);
        }

        root.Add(new Option<bool>("--help", "-h")
        {
            Description = "Show this page, or a verb's own page.",
            Action = new HelpPage(new TextPage(terminal)),
            Recursive = true,
        });
        root.Add(new Option<bool>("--version") { Description = "Print the version.", Action = new PrintVersion() });

        var named = s_verbs.Where(verb => words.Contains(verb.Name)).ToList();
        foreach (var (_, make) in named.Count > 0 ? named : [.. s_verbs])
        {
            root.Add(make(session, completions));
        }

        return root;
    }

    /// <summary>
    /// The library's own root answers Tab's <c>[suggest:…]</c>. It and its options look up texts that nobody asks for, half a millisecond
    /// in each call, so that the others do without.
    /// </summary>
    private static Command Bare(IReadOnlyList<string> words)
    {
        const string summary = "virtual machines that live as systemd services";
        if (words is not [['[', ..], ..])
        {
            return new Command(ProgramName, summary);
        }

        var root = new RootCommand(summary);
        root.Options.Clear();
        return root;
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

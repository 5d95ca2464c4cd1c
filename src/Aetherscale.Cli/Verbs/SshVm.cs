using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Ssh;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>ssh</c>: the system's ssh into a VM.</summary>
internal sealed class SshVm : Verb
{
    public const string Word = "ssh";

    private readonly Session _session;
    private readonly Argument<string> _vm = new("VM") { Description = "The VM's id or name.", HelpName = "VM" };

    private readonly Argument<string[]> _command = new("COMMAND")
    {
        Description = "What the guest's shell is to do, instead of a login.",
        HelpName = "COMMAND...",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    private readonly Option<string?> _user = new("--user", "-l")
    {
        Description = "Who logs in; without it the user of the distribution that the image is named after, else root.",
        HelpName = "USER",
    };

    public SshVm(Session session, VmCompletions completions)
        : base(Word, "log in to a VM, or run a command there, by ssh")
    {
        _session = session;
        _vm.CompletionSources.Add(completions.Find);
        Add(_vm);
        Add(_command);
        Add(_user);
    }

    public override string Synopsis => "ssh [--user USER] VM [COMMAND...]";

    public override IReadOnlyList<string> Details =>
    [
        "Waits until the guest's ssh server is there, and becomes the system's ssh, through the VM's own network: no port "
        + "of the host is opened. Options of ours stand before VM; all that follows it goes to the guest's shell.",
        "The guest's host keys are taken from its console, where cloud-init and the tiny guest print them, and no other "
        + "key is accepted then. Where the guest has not told them, that is said, and the first key that its server shows "
        + "is kept (accept-new).",
        "The exit code is the command's own, and 255 when ssh fails.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Log in", "aetherscale-cli ssh web"),
        new("Run a command", "aetherscale-cli ssh web uptime"),
        new("As somebody else", "aetherscale-cli ssh -l ann web ls -l /srv"),
    ];

    protected override Argument? Free => _command;

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var around = _session.Around;
        var ssh = ProgramImage.Find("ssh", around.SetVariable("PATH")) ?? throw new CliException(ExitCodes.Refused, "there is no ssh on this machine")
        {
            Advice = "On Debian and Ubuntu:  sudo apt-get install openssh-client",
        };
        var known = new KnownHosts(around);
        VmDetails vm;
        bool areTold;
        await using (var transport = _session.TransportFor(line, blocking: false))
        {
            (vm, areTold) = await new HostKeyLearner(_session, transport, known).LearnAsync(line.GetRequiredValue(_vm), cancel);
        }

        known.MakeFolder();
        var (socket, broker) = _session.WayIn(line);
        var settings = new SshSettings(known, around.Program, SshSettings.WayTo(socket, broker))
            .Of(vm.VmId, line.GetValue(_user) ?? GuestUser.Of(vm.Image), areTold, learns: false);
        _session.Terminal.Flush();
        return around.Become(
            ssh,
            [
                .. settings.SelectMany(setting => new[] { "-o", $"{setting.Keyword}={setting.Value}" }),
                "--", vm.Name ?? vm.VmId, .. line.GetValue(_command) ?? [],
            ]);
    }
}

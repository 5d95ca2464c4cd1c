using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Ssh;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>ssh-config</c>: what plain ssh needs to reach VMs by name.</summary>
internal sealed class SshConfig : Verb
{
    public const string Word = "ssh-config";

    private readonly Session _session;
    private readonly Argument<string[]> _vms = new("VM")
    {
        Description = "The ids or names of VMs; all when not given.",
        HelpName = "VM...",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    private readonly Option<string?> _user = new("--user", "-l")
    {
        Description = "Who logs in; without it the user of the distribution that the image is named after, else root.",
        HelpName = "USER",
    };

    public SshConfig(Session session, VmCompletions completions)
        : base(Word, "print what ssh, scp, rsync and Ansible need")
    {
        _session = session;
        _vms.CompletionSources.Add(completions.Find);
        Add(_vms);
        Add(_user);
    }

    public override string Synopsis => "ssh-config [--user USER] [VM...]";

    public override IReadOnlyList<string> Details =>
    [
        "Prints a block of ssh_config(5) for each VM, by which it is reached under its name and its id by everything that "
        + "uses ssh. Nothing is written; put the output where ssh reads it, or name the file with ssh -F.",
        "Each connection waits until the guest is up and learns its host keys from its console, as the verb ssh does. A "
        + "guest that has told none yet gets accept-new instead of yes.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("For good, with the line  Include aetherscale  at the top of ~/.ssh/config", "mkdir -p -m 700 ~/.ssh && aetherscale-cli ssh-config > ~/.ssh/aetherscale"),
        new("For one copy", "aetherscale-cli ssh-config > vms.conf && scp -F vms.conf notes.txt web:/root/"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        await using var transport = _session.TransportFor(line, blocking: false);
        var known = new KnownHosts(_session.Around);
        known.MakeFolder();
        var learner = new HostKeyLearner(_session, transport, known);
        var (socket, broker) = _session.WayIn(line);
        var settings = new SshSettings(known, _session.Around.Program, SshSettings.WayTo(socket, broker));
        foreach (var vm in await ListAsync(transport, line.GetValue(_vms) ?? [], cancel))
        {
            var areTold = await learner.TryLearnAsync(vm.VmId, cancel);
            await _session.Terminal.Out.WriteLineAsync($"Host {(vm.Name is { } name ? $"{name} " : "")}{vm.VmId}");
            foreach (var (keyword, value) in settings.Of(vm.VmId, line.GetValue(_user) ?? GuestUser.Of(vm.Image), areTold, learns: true))
            {
                await _session.Terminal.Out.WriteLineAsync($"  {keyword} {value}");
            }
        }

        return ExitCodes.Done;
    }

    private async Task<IReadOnlyList<VmSummary>> ListAsync(ITransport transport, string[] names, CancellationToken cancel)
    {
        if (names.Length == 0)
        {
            var list = _session.Request(CommandNames.ListVms, new ListVmsOptions(), ContractJson.Wire.ListVmsOptions);
            return (await transport.AskAsync(list, cancel)).Read(Replies.Json.IReadOnlyListVmSummary);
        }

        var vms = new List<VmSummary>();
        foreach (var name in names)
        {
            var show = _session.Request(CommandNames.ShowVm, new VmOptions { VmId = name }, ContractJson.Wire.VmOptions);
            vms.Add((await transport.AskAsync(show, cancel)).Read(Replies.Json.VmDetails));
        }

        return vms;
    }
}

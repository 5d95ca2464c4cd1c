using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>start-vm</c>: starts stopped VMs.</summary>
internal sealed class StartVm : Verb
{
    private readonly Session _session;
    private readonly VmWords _vms;

    public StartVm(Session session, VmCompletions completions)
        : base(CommandNames.StartVm, "start VMs, now and at every boot")
    {
        _session = session;
        _vms = VmWords.OneOrMore(completions);
        _vms.AddTo(this);
    }

    public override string Synopsis => "start-vm VM...";

    public override IReadOnlyList<string> Details =>
    [
        "Starts VMs that are stopped or crashed, and has them started at every boot of the host, until stop-vm. A VM "
        + "that runs already stays as it is, and the answer says so. A paused VM goes on.",
        "Several VMs are started side by side; the exit code is 1 when one of them could not be.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Start one", "aetherscale-cli start-vm web"),
        new("Start several", "aetherscale-cli start-vm web db cache"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vms = _vms.In(line);
        var requests = vms.Select(vm => _session.Request(
            CommandNames.StartVm, new VmOptions { VmId = vm }, ContractJson.Wire.VmOptions));
        return _session.SendAsync(line, $"Starting {Spinner.Names(vms)}", [.. requests], ActionScreen.Silent, cancel);
    }
}

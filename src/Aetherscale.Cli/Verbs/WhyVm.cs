using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>why-vm</c>: why a VM is in its state.</summary>
internal sealed class WhyVm : Verb
{
    private readonly Session _session;
    private readonly VmWords _vm;

    public WhyVm(Session session, VmCompletions completions)
        : base(CommandNames.WhyVm, "tell why a VM is in its state")
    {
        _session = session;
        _vm = VmWords.One(completions);
        _vm.AddTo(this);
    }

    public override string Synopsis => "why-vm VM";

    public override IReadOnlyList<string> Details =>
    [
        "Says in one sentence what brought the VM where it is: the guest itself, a command and who gave it, systemctl or "
        + "the host, or a crash and its cause. What the sentence rests on follows: what happened to it last, what "
        + "systemd says, and the last lines of QEMU and of the guest's console.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Why is it down?", "aetherscale-cli why-vm web"),
        new("Only the sentence", "aetherscale-cli why-vm web | head -n 1"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new VmOptions { VmId = _vm.In(line)[0] };
        var request = _session.Request(CommandNames.WhyVm, options, ContractJson.Wire.VmOptions);
        return _session.SendAsync(line, "Asking the daemon", [request], WhyScreen.Of, cancel);
    }
}

using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>start-vm</c>: starts stopped VMs.</summary>
internal sealed class StartVm(Session session, VmCompletions completions)
    : VmsVerb(session, completions, CommandNames.StartVm, "start VMs, now and at every boot", "Starting")
{
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

    protected override Screen Show(IReadOnlyList<Reply> replies) => ActionScreen.WithNotes(replies);
}

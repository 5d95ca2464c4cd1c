using Aetherscale.Cli.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>resume-vm</c>: lets paused VMs go on.</summary>
internal sealed class ResumeVm(Session session, VmCompletions completions)
    : VmsVerb(session, completions, CommandNames.ResumeVm, "let paused VMs go on", "Resuming")
{
    public override string Synopsis => "resume-vm VM...";

    public override IReadOnlyList<string> Details =>
    [
        "Lets VMs go on that pause-vm has halted, or that QEMU has because the host's disk was full: make room first. "
        + "A VM that was not paused stays as it is, and the answer says so.",
        "Several VMs are resumed side by side; the exit code is 1 when one of them does not run.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Go on", "aetherscale-cli resume-vm web")];
}

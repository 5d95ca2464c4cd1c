using Aetherscale.Cli.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>pause-vm</c>: halts VMs.</summary>
internal sealed class PauseVm(Session session, VmCompletions completions)
    : VmsVerb(session, completions, CommandNames.PauseVm, "halt running VMs where they stand", "Pausing")
{
    public override string Synopsis => "pause-vm VM...";

    public override IReadOnlyList<string> Details =>
    [
        "Halts the CPUs of VMs. Their memory stays in use and nothing is written to disk: a pause does not outlive the "
        + "host. resume-vm lets them go on; stop-vm wakes a paused guest to shut it down.",
        "Several VMs are paused side by side; the exit code is 1 when one of them does not run.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Halt a VM", "aetherscale-cli pause-vm web")];
}

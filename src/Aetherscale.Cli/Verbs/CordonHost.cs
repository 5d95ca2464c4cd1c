using Aetherscale.Cli.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>cordon-host</c>: no new VMs are placed there.</summary>
internal sealed class CordonHost(Session session, HostCompletions completions)
    : HostVerb(session, completions, CommandNames.CordonHost, "have a host take no new VMs", "Cordoning", needsHost: true)
{
    public override string Synopsis => "cordon-host HOST";

    public override IReadOnlyList<string> Details =>
    [
        "Has a host take no new VMs that are placed by the fleet, until uncordon-host. Its VMs live on and can be commanded, and whoever asks that very "
        + "daemon over its socket for a new VM still gets one.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Before the host is worked on", "aetherscale-cli cordon-host h2")];
}

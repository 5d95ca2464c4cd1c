using Aetherscale.Cli.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>uncordon-host</c>: takes cordon-host back.</summary>
internal sealed class UncordonHost(Session session, HostCompletions completions)
    : HostVerb(session, completions, CommandNames.UncordonHost, "have a host take new VMs again", "Uncordoning", needsHost: true)
{
    public override string Synopsis => "uncordon-host HOST";

    public override IReadOnlyList<string> Details => ["Takes cordon-host back: the host takes new VMs again, where it has room."];

    public override IReadOnlyList<Example> Examples => [new("When the work is done", "aetherscale-cli uncordon-host h2")];
}

using Aetherscale.Cli.Completions;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>forget-host</c>: the fleet without a host that is gone.</summary>
internal sealed class ForgetHost(Session session, HostCompletions completions)
    : HostVerb(session, completions, CommandNames.ForgetHost, "remove a host that is gone for good", "Forgetting", needsHost: true)
{
    public override string Synopsis => "forget-host HOST";

    public override IReadOnlyList<string> Details =>
    [
        "Removes a host that does not answer from the fleet: its queue with the commands that wait there, what was last heard of its VMs, and its claim to "
        + "their names. A host that answers is not forgotten (host-alive), and one that comes back is there again, with its VMs.",
    ];

    public override IReadOnlyList<Example> Examples => [new("A host that will not come back", "aetherscale-cli forget-host h3")];
}

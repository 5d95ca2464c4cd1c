using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>show-host</c>: everything about one host.</summary>
internal sealed class ShowHost(Session session, HostCompletions completions)
    : HostVerb(session, completions, CommandNames.ShowHost, "tell everything about one host", "Asking", needsHost: false)
{
    public override string Synopsis => "show-host [HOST]";

    public override IReadOnlyList<string> Details =>
    [
        "Tells what list-hosts does and more: what is free on its disk, how guests are run, since when its daemon runs, how many commands came too late "
        + "and how many wait. One line for each fact, its name first. Without HOST it is the host whose daemon is asked.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Everything about a host", "aetherscale-cli show-host h2")];

    protected override Screen Show(IReadOnlyList<Reply> replies) => HostScreen.DetailsOf(replies);
}

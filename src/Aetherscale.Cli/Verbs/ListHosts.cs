using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>list-hosts</c>: the hosts of the fleet with what they can hold and what they hold.</summary>
internal sealed class ListHosts(Session session) : Verb(CommandNames.ListHosts, "list the hosts and what room they have")
{
    public override string Synopsis => "list-hosts";

    public override IReadOnlyList<string> Details =>
    [
        "Lists the hosts whose daemons are at the same broker; without a broker, the daemon's own. Status is alive, cordoned (it takes no new "
        + "VMs), or unreachable: it did not answer, and the rest is what was last heard. CPUs, memory and disk are what its VMs have, running or not, "
        + "and what they may have in all.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Who is there", "aetherscale-cli list-hosts"),
        new("The hosts that do not answer", "aetherscale-cli list-hosts | awk '$2 == \"unreachable\" { print $1 }'"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var request = new RequestEnvelope { Command = CommandNames.ListHosts, RequestId = session.Around.NewRequestId() };
        return session.SendAsync(
            line, "Asking the hosts", [request], replies => HostScreen.ListOf(replies, session.Around.Time.GetUtcNow()), cancel);
    }
}

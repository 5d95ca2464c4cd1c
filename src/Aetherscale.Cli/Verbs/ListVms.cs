using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>list-vms</c>: all VMs with their status.</summary>
internal sealed class ListVms(Session session) : Verb(CommandNames.ListVms, "list all VMs with their status")
{
    public override string Synopsis => "list-vms";

    public override IReadOnlyList<string> Details =>
    [
        "Lists all VMs, whether they run or not. Status is one of creating, starting, running, paused, stopping, "
        + "stopped, crashed, broken and deleting. A column of hints follows when there is something to say.",
        "Piped, the list has one line for each VM with columns that stand in line, - where there is no value, and "
        + "memory in MiB with the suffix M; nothing is cut off.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("The addresses of the VMs that run", "aetherscale-cli list-vms | awk '$3 == \"running\" { print $4 }'"),
        new("For programs", "aetherscale-cli list-vms --output json"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var request = new RequestEnvelope
        {
            Command = CommandNames.ListVms,
            RequestId = session.Around.NewRequestId(),
        };
        return session.SendAsync(line, "Asking the daemon", [request], ListScreen.Of, cancel);
    }
}

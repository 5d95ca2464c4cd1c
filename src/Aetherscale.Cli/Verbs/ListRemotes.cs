using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>list-remotes</c>: whose images can be pulled.</summary>
internal sealed class ListRemotes(Session session) : Verb(CommandNames.ListRemotes, "list whose images can be pulled")
{
    public override string Synopsis => "list-remotes";

    public override IReadOnlyList<string> Details =>
    [
        "Lists the remotes by name: the simplestreams server, the images of which the catalogue says itself where they are, and whether all of it "
        + "comes with the program. What a server has is not asked for.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("What may stand before a colon", "aetherscale-cli list-remotes"),
        new("For programs", "aetherscale-cli list-remotes --output json"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var request = new RequestEnvelope { Command = CommandNames.ListRemotes, RequestId = session.Around.NewRequestId() };
        return session.SendAsync(line, "Asking the daemon", [request], RemoteScreen.ListOf, cancel);
    }
}

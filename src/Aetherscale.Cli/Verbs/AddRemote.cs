using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>add-remote</c>: another server whose images can be pulled.</summary>
internal sealed class AddRemote : Verb
{
    private readonly Session _session;
    private readonly Argument<string> _name = new("NAME") { Description = "What is to stand before the colon of its images.", HelpName = "NAME" };
    private readonly Argument<string> _url = new("URL") { Description = "The simplestreams server, by http or https.", HelpName = "URL" };

    public AddRemote(Session session)
        : base(CommandNames.AddRemote, "add a server whose images can be pulled")
    {
        _session = session;
        Add(_name);
        Add(_url);
    }

    public override string Synopsis => "add-remote NAME URL";

    public override IReadOnlyList<string> Details =>
    [
        "Adds a simplestreams server, as Ubuntu's and the Incus community's are: pull-image and create-vm --image then know "
        + "NAME:IMAGE. It is a line at the end of the catalogue file of the daemon's user, which may be edited as well. The server is not asked "
        + "before the first pull. A name that is built in means the new server from then on.",
    ];

    public override IReadOnlyList<Example> Examples =>
        [new("A mirror of one's own", "aetherscale-cli add-remote corp https://images.example.com/ && aetherscale-cli pull-image corp:debian/12/cloud")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new AddRemoteOptions { Name = line.GetRequiredValue(_name), Url = line.GetRequiredValue(_url) };
        var request = _session.Request(CommandNames.AddRemote, options, ContractJson.Wire.AddRemoteOptions);
        return _session.SendAsync(line, $"Adding {options.Name}", [request], RemoteScreen.AddedOf, cancel);
    }
}

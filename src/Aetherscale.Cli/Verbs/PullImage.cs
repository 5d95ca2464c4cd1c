using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>pull-image</c>: a distribution's image into the store.</summary>
internal sealed class PullImage : Verb
{
    private readonly Session _session;
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "REMOTE:IMAGE, as debian:12, ubuntu:24.04 or images:alpine/3.20.",
        HelpName = "IMAGE",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "The name that it is to have in the store; without it, debian:12 becomes debian_12.",
        HelpName = "NAME",
    };

    public PullImage(Session session)
        : base(CommandNames.PullImage, "fetch a distribution's image into the store")
    {
        _session = session;
        Add(_image);
        Add(_name);
    }

    public override string Synopsis => "pull-image IMAGE [--name NAME]";

    public override IReadOnlyList<string> Details =>
    [
        "Asks the distribution, or a simplestreams server, for the newest image, fetches it with its checksum, and puts it into the store as "
        + "import-image does. An image that is the newest already is not fetched again. create-vm does the same for an image that the "
        + "store does not have.",
        "It ends with Ctrl-C. What has come is kept for a day: typed again, the command fetches the rest. Over a broker, the pull goes on "
        + "without this program.",
        "Remotes and images are added in ~/.config/aetherscale/catalogue, a line for each: \"REMOTE URL\" of a simplestreams server, or "
        + "\"REMOTE:IMAGE URL CHECKSUMS\".",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("A distribution's cloud image", "aetherscale-cli pull-image debian:12"),
        new("From a simplestreams server, under a name of its own", "aetherscale-cli pull-image images:alpine/3.20 --name alpine"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new PullImageOptions { Image = line.GetRequiredValue(_image), Name = line.GetValue(_name) };
        var request = _session.Request(CommandNames.PullImage, options, ContractJson.Wire.PullImageOptions);
        return _session.IsByBroker(line)
            ? _session.SendAsync(line, $"Pulling {options.Image}", [request], ImageScreen.ResultOf, cancel)
            : _session.TellAsync(line, request, ImageScreen.ResultOf, cancel);
    }
}

using System.CommandLine;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>list-images</c>: the images that VMs can be made from.</summary>
internal sealed class ListImages(Session session) : Verb(CommandNames.ListImages, "list the images that VMs can be made from")
{
    public override string Synopsis => "list-images";

    public override IReadOnlyList<string> Details =>
    [
        "Lists the images by name: the size of the file, the size of the disk that a guest sees, the VMs that were made from it "
        + "as it is now, the first digits of its SHA-256, its age, and where it was imported from. A file that was dropped into "
        + "the folder has no digest before its first use. A column of hints follows when a file cannot be used.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("What is there", "aetherscale-cli list-images"),
        new("For programs", "aetherscale-cli list-images --output json"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var request = new RequestEnvelope
        {
            Command = CommandNames.ListImages,
            RequestId = session.Around.NewRequestId(),
        };
        return session.SendAsync(line, "Asking the daemon", [request], replies => ImageScreen.ListOf(replies, session.Around.Time.GetUtcNow()), cancel);
    }
}

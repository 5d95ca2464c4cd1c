using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>show-image</c>: everything about one image.</summary>
internal sealed class ShowImage : Verb
{
    private readonly Session _session;
    private readonly Argument<string> _image = new("IMAGE") { Description = "The image's name.", HelpName = "IMAGE" };

    public ShowImage(Session session, ImageCompletions completions)
        : base(CommandNames.ShowImage, "tell everything about one image")
    {
        _session = session;
        _image.CompletionSources.Add(completions.Find);
        Add(_image);
    }

    public override string Synopsis => "show-image IMAGE";

    public override IReadOnlyList<string> Details =>
    [
        "Tells what list-images does and more: its whole digest, what it was before it was imported, the checksum that was "
        + "checked then, and where its files are. One line for each fact, its name first.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Everything about an image", "aetherscale-cli show-image debian")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new ImageOptions { Name = line.GetRequiredValue(_image) };
        var request = _session.Request(CommandNames.ShowImage, options, ContractJson.Wire.ImageOptions);
        return _session.SendAsync(line, "Asking the daemon", [request], ImageScreen.DetailsOf, cancel);
    }
}

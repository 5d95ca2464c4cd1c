using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>copy-image</c>: another name for an image.</summary>
internal sealed class CopyImage : Verb
{
    private readonly Session _session;
    private readonly Argument<string> _image = new("IMAGE") { Description = "The image's name.", HelpName = "IMAGE" };
    private readonly Argument<string> _copy = new("NEW-NAME") { Description = "The name of the copy.", HelpName = "NEW-NAME" };

    public CopyImage(Session session, ImageCompletions completions)
        : base(CommandNames.CopyImage, "give an image another name besides")
    {
        _session = session;
        _image.CompletionSources.Add(completions.Find);
        Add(_image);
        Add(_copy);
    }

    public override string Synopsis => "copy-image IMAGE NEW-NAME";

    public override IReadOnlyList<string> Details =>
    [
        "Makes an image of the same content under another name, at once and without taking room. Importing or deleting "
        + "one of the two does not change the other.",
    ];

    public override IReadOnlyList<Example> Examples =>
        [new("Keep today's image while the name goes on", "aetherscale-cli copy-image debian debian-2026-01")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = new CopyImageOptions { Name = line.GetRequiredValue(_image), NewName = line.GetRequiredValue(_copy) };
        var request = _session.Request(CommandNames.CopyImage, options, ContractJson.Wire.CopyImageOptions);
        return _session.SendAsync(line, $"Copying {options.Name}", [request], ImageScreen.ResultOf, cancel);
    }
}

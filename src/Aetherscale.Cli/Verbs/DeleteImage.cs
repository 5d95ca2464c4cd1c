using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>delete-image</c>: removes images that no VM uses.</summary>
internal sealed class DeleteImage : Verb
{
    private readonly Session _session;
    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "The names of one or more images.",
        HelpName = "IMAGE...",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    public DeleteImage(Session session, ImageCompletions completions)
        : base(CommandNames.DeleteImage, "remove images that no VM uses")
    {
        _session = session;
        _images.CompletionSources.Add(completions.Find);
        Add(_images);
    }

    public override string Synopsis => "delete-image IMAGE...";

    public override IReadOnlyList<string> Details =>
    [
        "Removes images. One that a VM was made from is kept, and the exit code is 1: the VMs are named, and must be deleted "
        + "first. It does not ask, and there is no way back.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Remove an image", "aetherscale-cli delete-image debian")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var names = line.GetRequiredValue(_images).Distinct(StringComparer.Ordinal).ToList();
        var requests = names.Select(name =>
            _session.Request(CommandNames.DeleteImage, new ImageOptions { Name = name }, ContractJson.Wire.ImageOptions));
        return _session.SendAsync(line, $"Deleting {Spinner.Names(names)}", [.. requests], ImageScreen.DeletedOf, cancel);
    }
}

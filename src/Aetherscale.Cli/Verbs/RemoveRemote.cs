using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>remove-remote</c>: takes back what <c>add-remote</c> has added.</summary>
internal sealed class RemoveRemote : Verb
{
    private readonly Session _session;
    private readonly Argument<string[]> _remotes = new("NAME")
    {
        Description = "The names of one or more remotes.",
        HelpName = "NAME...",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
    };

    public RemoveRemote(Session session, RemoteCompletions completions)
        : base(CommandNames.RemoveRemote, "remove servers that were added")
    {
        _session = session;
        _remotes.CompletionSources.Add(completions.Find);
        Add(_remotes);
    }

    public override string Synopsis => "remove-remote NAME...";

    public override IReadOnlyList<string> Details =>
    [
        "Removes servers from the catalogue. Images that were pulled from them stay, and so do the VMs. What comes with the "
        + "program cannot be removed, and lines of single images are yours to edit.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Take a mirror back", "aetherscale-cli remove-remote corp")];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var names = line.GetRequiredValue(_remotes).Distinct(StringComparer.Ordinal).ToList();
        var requests = names.Select(name =>
            _session.Request(CommandNames.RemoveRemote, new RemoteOptions { Name = name }, ContractJson.Wire.RemoteOptions));
        return _session.SendAsync(line, $"Removing {Spinner.Names(names)}", [.. requests], RemoteScreen.RemovedOf, cancel);
    }
}

using System.CommandLine;
using Aetherscale.Cli.Completions;

namespace Aetherscale.Cli.Verbs;

/// <summary>How a verb is told its VM: as the next word (or words), or with <c>--vm-id</c>.</summary>
internal sealed class VmWords
{
    private readonly Argument<string[]> _words;
    private readonly Option<string?> _option = new("--vm-id")
    {
        Description = "The VM's id or name, instead of VM.",
        HelpName = "VM",
    };

    private VmWords(bool many, VmCompletions completions)
    {
        _words = new Argument<string[]>("VM")
        {
            Description = many ? "The ids or names of one or more VMs." : "The VM's id or name.",
            HelpName = many ? "VM..." : "VM",
            Arity = many ? ArgumentArity.ZeroOrMore : ArgumentArity.ZeroOrOne,
            CustomParser = static result => [.. result.Tokens.Select(token => token.Value)],
        };
        _words.CompletionSources.Add(completions.Find);
        _option.CompletionSources.Add(completions.Find);
    }

    public static VmWords One(VmCompletions completions) => new(many: false, completions);

    public static VmWords OneOrMore(VmCompletions completions) => new(many: true, completions);

    public void AddTo(Command verb)
    {
        verb.Add(_words);
        verb.Add(_option);
        verb.Validators.Add(command =>
        {
            var words = command.GetResult(_words)?.Tokens.Count ?? 0;
            var option = command.GetResult(_option) is not null;
            if (words > 0 && option)
            {
                command.AddError("VM is given twice: as a word and with --vm-id");
            }
            else if (words == 0 && !option)
            {
                command.AddError("VM is missing: its id or its name");
            }
        });
    }

    /// <summary>The VMs that the line names, each once.</summary>
    public IReadOnlyList<string> In(ParseResult line) =>
        line.GetValue(_option) is { } only ? [only] : [.. line.GetValue(_words)!.Distinct(StringComparer.Ordinal)];
}

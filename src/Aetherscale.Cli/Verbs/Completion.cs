using System.CommandLine;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>completion</c>: the script that makes a shell complete this program's words.</summary>
internal sealed class Completion : Verb
{
    public const string Word = "completion";

    private const string Script = "aetherscale-cli.bash";

    private readonly Argument<string> _shell = new("SHELL")
    {
        Description = "The shell: bash.",
        CustomParser = static result => result.Tokens[0].Value is "bash" and var shell
            ? shell
            : result.Fail<string>($"there is a completion for bash, not for \"{result.Tokens[0].Value}\""),
    };

    public Completion()
        : base(Word, "print the script for completion in bash")
    {
        _shell.CompletionSources.Add("bash");
        Add(_shell);
    }

    public override string Synopsis => "completion bash";

    public override IReadOnlyList<string> Details =>
    [
        "Prints a script that lets bash complete verbs, options, and the names and ids of VMs. Names are asked of the "
        + "daemon as you press Tab; when it does not answer at once, there are none.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("For this shell", "source <(aetherscale-cli completion bash)"),
        new(
            "For every shell of yours",
            "aetherscale-cli completion bash > ~/.local/share/bash-completion/completions/aetherscale-cli"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        using var script = new StreamReader(typeof(Completion).Assembly.GetManifestResourceStream(Script)!);
        await line.InvocationConfiguration.Output.WriteAsync(await script.ReadToEndAsync(cancel));
        return ExitCodes.Done;
    }
}

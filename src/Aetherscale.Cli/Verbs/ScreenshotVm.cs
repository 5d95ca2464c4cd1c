using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>screenshot</c>: what a guest's screen shows.</summary>
internal sealed class ScreenshotVm : Verb
{
    public const string Word = "screenshot";

    private const string Dash = "-";

    private readonly Session _session;
    private readonly Argument<string> _vm = new("VM") { Description = "The VM's id or name.", HelpName = "VM" };

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "Where the picture goes; without it VM.png. A dash is standard output.",
        HelpName = "FILE",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ScreenshotVm(Session session, VmCompletions completions)
        : base(Word, "take a picture of a VM's screen")
    {
        _session = session;
        _vm.CompletionSources.Add(completions.Find);
        Add(_vm);
        Add(_file);
    }

    public override string Synopsis => "screenshot VM [FILE]";

    public override IReadOnlyList<string> Details =>
    [
        "Writes what the guest's screen shows to a PNG file. A VM without a graphics card has no screen, and the exit "
        + "code is 1 (no-screen); what it prints is on its serial console.",
    ];

    public override IReadOnlyList<Example> Examples => [new("Into web.png", "aetherscale-cli screenshot web web.png")];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var vm = line.GetRequiredValue(_vm);
        if (line.GetValue(_file) == Dash && _session.Around.OutputIsTerminal)
        {
            throw new CliException(ExitCodes.Usage, "a terminal cannot show a picture's bytes")
            {
                Advice = $"Name a file, or send it on: {CliRoot.ProgramName} {Word} {vm} {Dash} | display",
            };
        }

        await using var transport = _session.TransportFor(line, blocking: false);
        var request = _session.Request(CommandNames.ScreenshotVm, new VmOptions { VmId = vm }, ContractJson.Wire.VmOptions);
        var picture = (await transport.AskAsync(request, cancel)).Read(Replies.Json.ScreenshotVmResponse);
        var file = line.GetValue(_file) ?? $"{picture.Name ?? picture.VmId}.png";
        try
        {
            if (file == Dash)
            {
                await _session.Around.Output.WriteAsync(picture.Png, cancel);
                return ExitCodes.Done;
            }

            await File.WriteAllBytesAsync(file, picture.Png, cancel);
            await _session.Terminal.Out.WriteLineAsync(Output.TerminalText.Escape(file));
            return ExitCodes.Done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Refused, $"the picture cannot be written: {error.Message}");
        }
    }
}

using Aetherscale.Cli.Transport;

namespace Aetherscale.Cli.Output;

/// <summary>For programs: the JSON of each frame on a line of its own.</summary>
internal sealed class JsonPrinter : FramePrinter
{
    public override void Print(DaemonFrame frame, Terminal terminal) => terminal.Out.WriteLine(TerminalText.EscapeJson(frame.Json));
}

using Aetherscale.Cli.Transport;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Output;

/// <summary>The lines of a log that is followed. The console comes in pieces, which may end anywhere.</summary>
internal sealed class LogPrinter : FramePrinter
{
    public override void Print(DaemonFrame frame, Terminal terminal)
    {
        if (frame.Type != StreamFrames.Log)
        {
            return;
        }

        var line = Read(frame, Replies.Json.VmLogLine);
        if (line.Time is null)
        {
            terminal.Out.Write(string.Join('\n', line.Text.ReplaceLineEndings("\n").Split('\n').Select(TerminalText.Escape)));
        }
        else
        {
            terminal.Out.WriteLine(LogScreen.Line(line));
        }
    }
}

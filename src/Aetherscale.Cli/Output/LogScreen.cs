using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of logs-vm: lines, as they are and no table.</summary>
internal static class LogScreen
{
    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        LogsVmResponse[] logs = [.. replies.Select(reply => reply.Read(Replies.Json.LogsVmResponse))];
        return new Screen(new Sheet(Headers: null, []), [.. logs.Select(log => log.VmId)])
        {
            Lines = [.. logs.SelectMany(log => log.Lines).Select(Line)],
        };
    }

    /// <summary>One line, fit for a terminal: time, source and text, or, of the console, the text.</summary>
    public static string Line(VmLogLine line) => line.Time is { } time
        ? TerminalText.Escape($"{EventText.Moment(time)} {line.Source}: {line.Text}")
        : TerminalText.Escape(line.Text);
}

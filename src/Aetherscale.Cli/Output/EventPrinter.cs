using Aetherscale.Cli.Transport;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Output;

/// <summary>What happened to a VM, in a line: when, which, what, and how that came; and of which host's VMs that is not told.</summary>
internal sealed class EventPrinter : FramePrinter
{
    private const int EventWidth = 9;

    /// <summary>As wide as a VM's id.</summary>
    private const string NoVm = "-       ";

    public override void Print(DaemonFrame frame, Terminal terminal)
    {
        if (frame.Type == StreamFrames.Missed)
        {
            var gap = Read(frame, Replies.Json.MissedEvents);
            terminal.Out.WriteLine(TerminalText.Escape(
                $"{EventText.Moment(gap.Time)}  {gap.Host}  {NoVm}  -  {gap.Event.PadRight(EventWidth)}  {gap.Text}"));
        }

        if (frame.Type == StreamFrames.Event)
        {
            var happened = Read(frame, Replies.Json.VmEvent);
            var host = happened.Host is { } name ? $"{name}  " : "";
            terminal.Out.WriteLine(TerminalText.Escape(
                $"{EventText.Moment(happened.Time)}  {host}{happened.VmId}  {happened.Name ?? "-"}  {happened.Event.PadRight(EventWidth)}  {EventText.Of(happened)}"));
        }
    }
}

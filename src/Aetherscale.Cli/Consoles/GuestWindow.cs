using System.Runtime.InteropServices;
using System.Threading.Channels;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Consoles;

/// <summary>
/// Has the guest's programs know how large the terminal is. A serial line carries no size, so the guest agent sets it there, in
/// guests that have one; in others nothing happens.
/// </summary>
internal sealed class GuestWindow(Session session, ITransport transport, string vm)
{
    private const string Line = "/dev/ttyS0";

    /// <summary>Seconds that a guest may take to boot up to its agent.</summary>
    private const int AgentSeconds = 120;

    private const int SetSeconds = 5;

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The terminal's size, or the guest, is another one now.</summary>
    public void Change() => _changes.Writer.TryWrite(true);

    /// <summary>Tells each size, until it is cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Change());
        while (await _changes.Reader.WaitToReadAsync(cancel))
        {
            _changes.Reader.TryRead(out _);
            await TellAsync(cancel);
        }
    }

    private async Task TellAsync(CancellationToken cancel)
    {
        try
        {
            var agent = new WaitVmOptions { VmId = vm, For = "agent", Timeout = AgentSeconds };
            await transport.AskAsync(session.Request(CommandNames.WaitVm, agent, ContractJson.Wire.WaitVmOptions), cancel);
            var (rows, columns) = session.Around.TerminalSize();
            var set = new ExecVmOptions { VmId = vm, Command = ["stty", "-F", Line, "rows", $"{rows}", "cols", $"{columns}"], Timeout = SetSeconds };
            await transport.AskAsync(session.Request(CommandNames.ExecVm, set, ContractJson.Wire.ExecVmOptions), cancel);
        }
        catch (CliException)
        {
            // A console without it is as good as one of hardware.
        }
    }
}

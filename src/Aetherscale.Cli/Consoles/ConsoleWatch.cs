using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Consoles;

/// <summary>A person or a program at a guest's console, also when its VM is restarted meanwhile.</summary>
internal sealed class ConsoleWatch(Session session, ITransport transport, string vm)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>systemd starts a crashed VM after a second; restart-vm takes less between its two halves.</summary>
    private static readonly TimeSpan s_comesBackWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly GuestWindow _window = new(session, transport, vm);
    private readonly TypedInput _input = new(session.Around);
    private int _lines;
    private int? _pid;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        _pid = (await LookAsync(cancel))?.Pid;
        _lines = session.Around.OutputIsTerminal ? Math.Clamp(session.Around.TerminalSize().Rows - 1, 1, 200) : 0;
        var first = await transport.OpenConsoleAsync(vm, _lines, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var raw = session.Around.InputIsTerminal ? session.Around.EnterRawTerminal() : null;
        if (session.Around.InputIsTerminal)
        {
            Say($"at the console of \"{vm}\"; Ctrl-] leaves it");
        }

        var window = session.Around.OutputIsTerminal ? _window.FollowAsync(over.Token) : Task.CompletedTask;
        var watching = WatchAsync(first, over.Token);
        var leaving = LeaveAsync(over.Token);
        var ended = await Task.WhenAny(watching, leaving);
        await over.CancelAsync();
        await Task.WhenAll(watching, leaving, window).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (ended == watching)
        {
            return await watching;
        }

        await leaving;
        Say($"left the console of \"{vm}\"");
        return ExitCodes.Done;
    }

    /// <summary>Ends with the wish to go.</summary>
    private async Task LeaveAsync(CancellationToken cancel)
    {
        if (!await _input.RunAsync(cancel))
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
    }

    private async Task<int> WatchAsync(IGuestStream first, CancellationToken cancel)
    {
        var guest = first;
        while (true)
        {
            await using (guest)
            {
                _input.Guest = guest;
                _window.Change();
                if (!await ShowAsync(guest, cancel))
                {
                    return ExitCodes.Done; // nobody reads our output any more
                }

                _input.Guest = null;
            }

            if (await ReturnOfAsync(cancel) is not { } back)
            {
                return ExitCodes.Done;
            }

            guest = back;
        }
    }

    /// <returns>False when our reader has gone, and not the guest.</returns>
    private async Task<bool> ShowAsync(IGuestStream guest, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (await ReadAsync(guest, buffer, cancel) is > 0 and var count)
        {
            try
            {
                await session.Around.Output.WriteAsync(buffer.AsMemory(0, count), cancel);
            }
            catch (IOException)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A QEMU that is killed cuts the connection off: an end like any other.</summary>
    private static async Task<int> ReadAsync(IGuestStream guest, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await guest.ReadAsync(buffer, cancel);
        }
        catch (CliException)
        {
            return 0;
        }
    }

    /// <summary>Waits a little for a VM that has ended to come back.</summary>
    /// <returns>Null when it does not, which has been said.</returns>
    private async Task<IGuestStream?> ReturnOfAsync(CancellationToken cancel)
    {
        var time = session.Around.Time;
        var since = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(s_look, time, cancel);
            if (await LookAsync(cancel) is not { } now)
            {
                Say($"VM \"{vm}\" was deleted");
                return null;
            }

            if (now.Status is VmStatus.Running or VmStatus.Starting or VmStatus.Paused && now.Pid is not null)
            {
                var guest = await TryOpenAsync(cancel);
                if (guest is not null)
                {
                    Say(now.Pid == _pid ? "connected again" : $"VM \"{vm}\" was restarted; connected again");
                    _pid = now.Pid;
                    return guest;
                }
            }

            if (now.Status == VmStatus.Stopping)
            {
                since = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(since) > s_comesBackWithin)
            {
                return now.Status == VmStatus.Stopped
                    ? End($"VM \"{vm}\" is stopped")
                    : throw new CliException(ExitCodes.Refused, $"VM \"{vm}\" is {now.Status}") { Advice = $"Try: {CliRoot.ProgramName} why-vm {vm}" };
            }
        }
    }

    private IGuestStream? End(string what)
    {
        Say(what);
        return null;
    }

    private async Task<IGuestStream?> TryOpenAsync(CancellationToken cancel)
    {
        try
        {
            return await transport.OpenConsoleAsync(vm, _lines, cancel);
        }
        catch (CliException error) when (error.ExitCode == ExitCodes.Refused)
        {
            return null;
        }
    }

    /// <returns>Null when there is no such VM.</returns>
    private async Task<VmDetails?> LookAsync(CancellationToken cancel)
    {
        var request = session.Request(CommandNames.ShowVm, new VmOptions { VmId = vm }, ContractJson.Wire.VmOptions);
        var reply = await transport.SendAsync(request, cancel);
        return reply.ExecutionInfo.Code switch
        {
            null => reply.Read(Replies.Json.VmDetails),
            ErrorCodes.VmNotFound => null,
            _ => throw new CliException(ExitCodes.Refused, reply.ExecutionInfo.Describe()),
        };
    }

    /// <summary>To standard error; a raw terminal goes to the beginning of a line only when it is told to.</summary>
    private void Say(string what)
    {
        var end = session.Around.InputIsTerminal ? "\r\n" : "\n";
        session.Terminal.Error.Write($"{(session.Around.InputIsTerminal ? end : "")}[{CliRoot.ProgramName}: {TerminalText.Escape(what)}]{end}");
    }
}

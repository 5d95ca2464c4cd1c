using System.Collections.Concurrent;
using System.Net.Sockets;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines.Consoles;

/// <summary>The one owner of the guests' console sockets: any number of viewers share each.</summary>
internal sealed class GuestConsoles(RuntimeFolder runtime, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<VmId, SharedConsole> _consoles = new();
    private readonly VmLocks _turns = new();

    /// <summary>How long the log was when a QEMU ended before viewers' eyes: what is before that they have seen, and it is of another run.</summary>
    private readonly ConcurrentDictionary<VmId, long> _ends = new();

    /// <summary>Joins those who watch the VM's console.</summary>
    /// <param name="vm">It runs.</param>
    /// <param name="lines">So many lines come first, of what the guest printed before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException"><c>qemu-failed</c>: QEMU's end cannot be reached.</exception>
    public async Task<ConsoleViewer> OpenAsync(Vm vm, int lines, CancellationToken cancellationToken)
    {
        using var turn = await _turns.AcquireAsync(vm.Id, cancellationToken);
        if (_consoles.TryGetValue(vm.Id, out var known) && known.TryJoin(lines) is { } viewer)
        {
            return viewer;
        }

        // Before the connection, so that nothing comes twice.
        var tail = TailOf(vm);
        var console = new SharedConsole(await ConnectAsync(vm, cancellationToken), tail);
        var first = console.TryJoin(lines)!;
        _consoles[vm.Id] = console;
        _ = RunAsync(vm, console);
        return first;
    }

    private async Task RunAsync(Vm vm, SharedConsole console)
    {
        using (console)
        {
            if (await console.PumpAsync() && FileStatus.Of(vm.Folder.ConsoleLog) is { } log)
            {
                // QEMU wrote to the log what it sent us, before it sent it.
                _ends[vm.Id] = log.Size;
            }

            _consoles.TryRemove(new KeyValuePair<VmId, SharedConsole>(vm.Id, console));
        }
    }

    private async Task<Socket> ConnectAsync(Vm vm, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await Beneath.ConnectAsync(socket, runtime.OfVm(vm.Id).ConsoleSocket, either.Token);
            return socket;
        }
        catch (Exception error) when (error is SocketException || (error is OperationCanceledException && late.IsCancellationRequested))
        {
            socket.Dispose();
            throw new AetherscaleException(QemuFailed, $"The console of VM \"{vm.DisplayName}\" cannot be reached: {error.Message}", error);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What was printed before; where the end of the run before was seen, only what came after it.</summary>
    private ConsoleTail TailOf(Vm vm)
    {
        var log = vm.Folder.ConsoleLog;
        var size = FileStatus.Of(log)?.Size ?? 0;
        var tail = new ConsoleTail();
        if (_ends.TryGetValue(vm.Id, out var end) && end <= size)
        {
            Append(tail, () => FileEnd.ReadFrom(log, Math.Max(end, size - ConsoleTail.Bound), ConsoleTail.Bound));
            return tail;
        }

        Append(tail, () => FileEnd.Read(log + ".1", ConsoleTail.Bound));
        Append(tail, () => FileEnd.Read(log, ConsoleTail.Bound));
        return tail;
    }

    private static void Append(ConsoleTail tail, Func<byte[]> read)
    {
        try
        {
            tail.Append(read());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing was printed yet, or it was never long enough to be cut.
        }
    }
}

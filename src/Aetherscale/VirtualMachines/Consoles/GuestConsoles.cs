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
        var tail = TailOf(vm.Folder);
        var console = new SharedConsole(await ConnectAsync(vm, cancellationToken), tail);
        var first = console.TryJoin(lines)!;
        _consoles[vm.Id] = console;
        _ = RunAsync(vm.Id, console);
        return first;
    }

    private async Task RunAsync(VmId id, SharedConsole console)
    {
        using (console)
        {
            await console.PumpAsync();
            _consoles.TryRemove(new KeyValuePair<VmId, SharedConsole>(id, console));
        }
    }

    private async Task<Socket> ConnectAsync(Vm vm, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(runtime.OfVm(vm.Id).ConsoleSocket), either.Token);
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

    private static ConsoleTail TailOf(VmFolder folder)
    {
        var tail = new ConsoleTail();
        foreach (var log in (string[])[folder.ConsoleLog + ".1", folder.ConsoleLog])
        {
            try
            {
                tail.Append(FileEnd.Read(log, ConsoleTail.Bound));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Nothing was printed yet, or it was never long enough to be cut.
            }
        }

        return tail;
    }
}

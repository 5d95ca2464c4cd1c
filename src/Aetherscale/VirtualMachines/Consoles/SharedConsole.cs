using System.Net.Sockets;

namespace Aetherscale.VirtualMachines.Consoles;

/// <summary>
/// QEMU serves one client of a console; this is it, for as long as anybody watches. What the guest prints goes to all viewers, what
/// each of them types goes to the guest. Neither waits for a viewer.
/// </summary>
internal sealed class SharedConsole : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly List<ConsoleViewer> _viewers = [];
    private readonly SemaphoreSlim _typing = new(1);
    private readonly ConsoleTail _tail;
    private readonly NetworkStream _qemu;
    private bool _over;

    /// <param name="qemu">Connected to QEMU's end; owned from now on.</param>
    /// <param name="tail">What was printed before.</param>
    public SharedConsole(Socket qemu, ConsoleTail tail)
    {
        _qemu = new NetworkStream(qemu, ownsSocket: true);
        _tail = tail;
    }

    /// <summary>One viewer more, who first gets the last lines.</summary>
    /// <returns>Null when the last of the others has just left, or QEMU has ended.</returns>
    public ConsoleViewer? TryJoin(int lines)
    {
        lock (_gate)
        {
            if (_over)
            {
                return null;
            }

            var viewer = new ConsoleViewer(this);
            viewer.Offer(_tail.LastLines(lines));
            _viewers.Add(viewer);
            return viewer;
        }
    }

    /// <summary>The last to leave closes the connection.</summary>
    public void Leave(ConsoleViewer viewer)
    {
        lock (_gate)
        {
            _viewers.Remove(viewer);
            if (_viewers.Count > 0 || _over)
            {
                return;
            }

            _over = true;
        }

        _qemu.Dispose();
    }

    public async Task TypeAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken)
    {
        try
        {
            await _typing.WaitAsync(cancellationToken);
            try
            {
                await _qemu.WriteAsync(typed, cancellationToken);
            }
            finally
            {
                _typing.Release();
            }
        }
        catch (ObjectDisposedException error)
        {
            throw new IOException("The console is closed.", error);
        }
    }

    /// <summary>Hands out what the guest prints, until QEMU ends or nobody watches any more.</summary>
    /// <returns>Whether it was QEMU.</returns>
    public async Task<bool> PumpAsync()
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await _qemu.ReadAsync(buffer) is > 0 and var count)
            {
                HandOut(buffer.AsSpan(0, count).ToArray());
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // QEMU was killed, or the last viewer has left.
        }

        lock (_gate)
        {
            var isEnd = !_over;
            _over = true;
            _viewers.ForEach(viewer => viewer.End());
            return isEnd;
        }
    }

    public void Dispose()
    {
        _qemu.Dispose();
        _typing.Dispose();
    }

    private void HandOut(ReadOnlyMemory<byte> printed)
    {
        lock (_gate)
        {
            _tail.Append(printed.Span);
            _viewers.RemoveAll(viewer => !viewer.Offer(printed));
        }
    }
}

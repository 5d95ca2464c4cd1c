using System.Threading.Channels;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// One who listens to events. So many are kept for a reader that is slow; the one after them is the end of its listening: a gap that
/// nobody sees is worse.
/// </summary>
/// <param name="leave">Nothing needs to be offered any more.</param>
internal sealed class Listener<T>(Action<Listener<T>> leave) : IDisposable
{
    private readonly Channel<T> _events = Channel.CreateBounded<T>(
        new BoundedChannelOptions(Listener.Kept) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _overrun = new();

    /// <summary>Cancelled when the reader was too slow. It may still read what was kept.</summary>
    public CancellationToken Overrun => _overrun.Token;

    /// <summary>The events; they end when the reader was too slow.</summary>
    public ChannelReader<T> Events => _events.Reader;

    public void Offer(T happened)
    {
        if (!_events.Writer.TryWrite(happened) && _events.Writer.TryComplete())
        {
            leave(this);
            _overrun.Cancel();
        }
    }

    public void Dispose()
    {
        leave(this);
        if (_events.Writer.TryComplete())
        {
            // Otherwise somebody is about to cancel it.
            _overrun.Dispose();
        }
    }
}

internal static class Listener
{
    /// <summary>Events that may wait for the reader.</summary>
    public const int Kept = 1024;
}

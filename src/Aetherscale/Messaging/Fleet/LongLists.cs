namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// Gives the memory back that long lists took. A daemon does so little else that the collector would leave it as it is for hours.
/// </summary>
internal sealed class LongLists : IDisposable
{
    /// <summary>A shorter list is no more than what is collected in passing.</summary>
    private const int Long = 512 * 1024;

    /// <summary>The list has been sent by then, mostly.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private readonly ITimer _timer;

    public LongLists(TimeProvider time) => _timer = time.CreateTimer(
        _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>A list of so many bytes is on its way. The last of several has all of them seen to.</summary>
    public void Sent(long bytes)
    {
        if (bytes >= Long)
        {
            _timer.Change(s_pause, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();
}

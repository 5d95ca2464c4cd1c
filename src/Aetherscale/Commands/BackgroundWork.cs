using System.Collections.Concurrent;

namespace Aetherscale.Commands;

/// <summary>Work that goes on after its reply was sent. Disposal waits for it.</summary>
internal sealed class BackgroundWork(ILogger<BackgroundWork> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    /// <summary>Looks after work that was already begun; its failure is logged.</summary>
    public void Adopt(Task work, string what)
    {
        var watched = WatchAsync(work, what);
        _running[watched] = 0;
        _ = watched.ContinueWith(
            done => _running.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Waits for the work that goes on now.</summary>
    public Task WhenDoneAsync() => Task.WhenAll(_running.Keys);

    public async ValueTask DisposeAsync() => await WhenDoneAsync();

    private async Task WatchAsync(Task work, string what)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // The daemon is stopping; systemd goes on without it.
        }
#pragma warning disable CA1031 // Nobody waits for this work any more: the log is the only place for its failure.
        catch (Exception error)
#pragma warning restore CA1031
        {
            BackgroundLog.Failed(logger, error, what);
        }
    }
}

internal static partial class BackgroundLog
{
    [LoggerMessage(LogLevel.Error, "{What} failed after its reply was sent")]
    public static partial void Failed(ILogger logger, Exception error, string what);
}

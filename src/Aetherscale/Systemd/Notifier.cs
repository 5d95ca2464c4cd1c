using System.Globalization;
using System.Runtime.InteropServices;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>
/// What a <c>Type=notify</c> service tells its manager (sd_notify(3)). Where no manager listens, every call does nothing.
/// </summary>
internal sealed partial class Notifier(TimeProvider time, ILogger<Notifier> logger)
{
    /// <summary>The service is up.</summary>
    public static void Ready() => Send("READY=1");

    /// <summary>The service has begun to stop.</summary>
    public static void Stopping() => Send("STOPPING=1");

    /// <summary>The line that <c>systemctl status</c> shows.</summary>
    public static void Status(string text) => Send("STATUS=" + text.ReplaceLineEndings(" "));

    /// <summary>How long systemd waits for a sign of life; null when it asked for none, or asked another process.</summary>
    public static TimeSpan? WatchdogInterval
    {
        get
        {
            var forUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
                || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            return forUs
                && long.TryParse(
                    Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None,
                    CultureInfo.InvariantCulture, out var microseconds)
                && microseconds > 0
                    ? TimeSpan.FromMicroseconds(microseconds)
                    : null;
        }
    }

    /// <summary>
    /// Beats twice in each watchdog interval, for as long as the probe says in time that the daemon is well. When it does not,
    /// there is no beat, and systemd restarts the daemon. Ends with the token; at once where there is no watchdog.
    /// </summary>
    public Task RunWatchdogAsync(Func<CancellationToken, Task<bool>> probe, CancellationToken cancellationToken) =>
        WatchdogInterval is { } interval
            ? BeatAsync(interval / 2, probe, static () => Send("WATCHDOG=1"), cancellationToken)
            : Task.CompletedTask;

    /// <summary>The loop itself, for any beat.</summary>
    internal async Task BeatAsync(
        TimeSpan period, Func<CancellationToken, Task<bool>> probe, Action beat, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
            {
                if (await IsWellAsync(period, probe, cancellationToken))
                {
                    beat();
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> IsWellAsync(
        TimeSpan period, Func<CancellationToken, Task<bool>> probe, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(period, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            // The wait ends even when the probe does not look at its token.
            var well = await probe(either.Token).WaitAsync(either.Token);
            if (!well)
            {
                LogUnwell("it says so itself", null);
            }

            return well;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnwell("it did not answer in time", null);
            return false;
        }
#pragma warning disable CA1031 // A probe that fails in any way is a daemon that is not well.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogUnwell("the probe failed", error);
            return false;
        }
    }

    private static void Send(string state) => _ = SdNotify(0, state);

    [LibraryImport(SdBus.Library, EntryPoint = "sd_notify", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SdNotify(int unsetEnvironment, string state);

    [LoggerMessage(LogLevel.Error, "The daemon is not well ({Reason}): no sign of life to systemd's watchdog.")]
    private partial void LogUnwell(string reason, Exception? error);
}

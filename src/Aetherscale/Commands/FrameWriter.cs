using System.Text;
using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>
/// Writes frames as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), with a comment when
/// there is nothing to say, by which both sides notice a dead one.
/// </summary>
/// <param name="time">For the comments.</param>
/// <param name="logger">Told of readers that were too slow.</param>
/// <param name="stopping">The daemon's end.</param>
internal sealed class FrameWriter(TimeProvider time, ILogger<FrameWriter> logger, CancellationToken stopping)
{
    /// <summary>A comment.</summary>
    private const string Heartbeat = ":\n\n";

    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(StreamFrames.HeartbeatSeconds);

    /// <summary>What a reader has to take the last frame, once it has been too slow or the daemon stops.</summary>
    private static readonly TimeSpan s_lastFrame = TimeSpan.FromSeconds(2);

    /// <summary>Writes until the frames end, the reader goes, or the daemon stops.</summary>
    /// <param name="body">Takes the bytes; what is flushed is on its way.</param>
    /// <param name="framesOf">The frames, until the token is cancelled.</param>
    /// <param name="overrun">Cancelled when the reader is too slow: what it is being sent must be taken soon, or it is cut off.</param>
    /// <param name="gone">Cancelled when the reader has gone.</param>
    /// <exception cref="OperationCanceledException">It was cut off, perhaps in the middle of a frame, or had gone.</exception>
    /// <exception cref="IOException">It had gone.</exception>
    public async Task WriteAsync(
        Stream body, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken overrun, CancellationToken gone)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(gone);
        using var slow = overrun.Register(() =>
        {
            FrameLog.ReaderTooSlow(logger);
            writing.CancelAfter(s_lastFrame);
        });
        using var ending = stopping.Register(() => writing.CancelAfter(s_lastFrame));
        await WriteFramesAsync(body, framesOf, over.Token, writing.Token);
    }

    private async Task WriteFramesAsync(
        Stream body, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken over, CancellationToken writing)
    {
        await WriteAsync(body, Heartbeat, writing);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(over);
        await using var frames = framesOf(reading.Token).GetAsyncEnumerator(reading.Token);
        var next = frames.MoveNextAsync().AsTask();
        try
        {
            while (await ComesAsync(next, () => WriteAsync(body, Heartbeat, writing)))
            {
                await WriteAsync(body, Text(frames.Current), writing);
                next = frames.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await WriteAsync(body, Text(StreamFrame.End(StreamEnd.Stopping, "the daemon is stopping")), writing);
        }
        finally
        {
            await reading.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the next frame, and shows now and then that somebody does.</summary>
    private async Task<bool> ComesAsync(Task<bool> next, Func<Task> beat)
    {
        while (true)
        {
            try
            {
                return await next.WaitAsync(s_heartbeat, time, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                await beat();
            }
        }
    }

    /// <summary>Its JSON is one line.</summary>
    private static string Text(StreamFrame frame) => $"event: {frame.Type}\ndata: {Encoding.UTF8.GetString(frame.Json)}\n\n";

    private static async Task WriteAsync(Stream body, string text, CancellationToken cancellationToken)
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await body.FlushAsync(cancellationToken);
    }
}

internal static partial class FrameLog
{
    [LoggerMessage(LogLevel.Warning, "A reader of what happens to VMs is too slow, and is disconnected")]
    public static partial void ReaderTooSlow(ILogger logger);
}

using System.Text;
using Aetherscale.Commands;
using Aetherscale.Contract;

namespace Aetherscale.Api;

/// <summary>
/// Writes frames as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), with a comment when
/// there is nothing to say, by which both sides notice a dead one.
/// </summary>
/// <param name="time">For the comments.</param>
/// <param name="logger">Told of readers that were too slow.</param>
/// <param name="stopping">The daemon's end.</param>
internal sealed class EventStream(TimeProvider time, ILogger<EventStream> logger, CancellationToken stopping)
{
    /// <summary>A comment.</summary>
    private const string Heartbeat = ":\n\n";

    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(StreamFrames.HeartbeatSeconds);

    /// <summary>What a reader has to take the last frame, once it has been too slow or the daemon stops.</summary>
    private static readonly TimeSpan s_lastFrame = TimeSpan.FromSeconds(2);

    /// <summary>Writes until the frames end, the reader goes, or the daemon stops.</summary>
    /// <param name="context">Its response has not begun.</param>
    /// <param name="framesOf">The frames, until the token is cancelled.</param>
    /// <param name="overrun">Cancelled when the reader is too slow: what it is being sent must be taken soon, or it is cut off.</param>
    public async Task WriteAsync(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken overrun)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var slow = overrun.Register(() =>
        {
            ApiLog.ReaderTooSlow(logger, context.Request.Path);
            writing.CancelAfter(s_lastFrame);
        });
        using var ending = stopping.Register(() => writing.CancelAfter(s_lastFrame));
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await WriteFramesAsync(context.Response, framesOf, over.Token, writing.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // No end that could be taken for one: what was sent may be cut in the middle.
            context.Abort();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The reader has gone.
        }
    }

    private async Task WriteFramesAsync(
        HttpResponse response, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken over, CancellationToken writing)
    {
        await WriteAsync(response, Heartbeat, writing);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(over);
        await using var frames = framesOf(reading.Token).GetAsyncEnumerator(reading.Token);
        var next = frames.MoveNextAsync().AsTask();
        try
        {
            while (await ComesAsync(next, () => WriteAsync(response, Heartbeat, writing)))
            {
                await WriteAsync(response, Text(frames.Current), writing);
                next = frames.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await WriteAsync(response, Text(StreamFrame.End(StreamEnd.Stopping, "the daemon is stopping")), writing);
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

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}

using Aetherscale.Commands;

namespace Aetherscale.Api;

/// <summary>Frames as the response of an HTTP request.</summary>
internal sealed class EventStream(FrameWriter frames)
{
    /// <summary>Writes until the frames end, the reader goes, or the daemon stops.</summary>
    /// <param name="context">Its response has not begun.</param>
    /// <param name="framesOf">As <see cref="FrameWriter"/> takes them.</param>
    /// <param name="overrun">The same.</param>
    public async Task WriteAsync(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken overrun)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await frames.WriteAsync(context.Response.Body, framesOf, overrun, context.RequestAborted);
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
}

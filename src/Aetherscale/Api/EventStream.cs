using Aetherscale.Commands;

namespace Aetherscale.Api;

/// <summary>Frames as the response of an HTTP request.</summary>
internal sealed class EventStream(FrameWriter frames)
{
    private const int BufferBytes = 16 * 1024;

    /// <summary>Writes until the frames end, the reader goes, or the daemon stops.</summary>
    /// <param name="context">Its response has not begun.</param>
    /// <param name="framesOf">As <see cref="FrameWriter"/> takes them.</param>
    /// <param name="overrun">The same.</param>
    public Task WriteAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<StreamFrame>> framesOf, CancellationToken overrun) =>
        AnswerAsync(context, () => frames.WriteAsync(context.Response.Body, framesOf, overrun, context.RequestAborted));

    /// <summary>Passes on what another host writes.</summary>
    /// <param name="context">Its response has not begun.</param>
    /// <param name="far">The stream from that host.</param>
    /// <param name="stopping">The daemon's end.</param>
    public static async Task PassOnAsync(HttpContext context, IConnectedClient far, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await using (far)
        {
            await AnswerAsync(context, () => CopyAsync(far.Bytes, context.Response.Body, over.Token));
        }
    }

    /// <exception cref="OperationCanceledException">It was cut off on its way here.</exception>
    private static async Task CopyAsync(Stream far, Stream reader, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (await ReadAsync() is > 0 and var count)
        {
            await reader.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            await reader.FlushAsync(cancellationToken);
        }

        async Task<int> ReadAsync()
        {
            try
            {
                return await far.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException error)
            {
                throw new OperationCanceledException(error.Message, error, cancellationToken);
            }
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task> write)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await write();
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

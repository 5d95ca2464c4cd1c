using System.Runtime.CompilerServices;
using Aetherscale.Commands;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Api;

/// <summary>Runs a command, tells its requester how far it is, and at last what it came to.</summary>
internal sealed class ProgressStream(CommandRouter router, EventStream stream, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan s_betweenFrames = TimeSpan.FromMilliseconds(200);

    /// <param name="context">Its response has not begun.</param>
    /// <param name="body">The message.</param>
    /// <param name="requester">Who follows it.</param>
    /// <param name="upload">What comes with the message.</param>
    public Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, Requester requester, ImageUpload upload) =>
        stream.WriteAsync(context, over => FramesAsync(body, requester with { Upload = upload }, upload, over), CancellationToken.None);

    private async IAsyncEnumerable<StreamFrame> FramesAsync(
        ReadOnlyMemory<byte> body, Requester requester, ImageUpload upload, [EnumeratorCancellation] CancellationToken over)
    {
        var work = router.RunAsync(body, requester, stopping);
        try
        {
            ImportProgress? last = null;
            while (await Task.WhenAny(work, Task.Delay(s_betweenFrames, time, over)) != work)
            {
                over.ThrowIfCancellationRequested();
                if (upload.Progress() is { } now && now != last)
                {
                    last = now;
                    yield return StreamFrame.Of(now);
                }
            }
        }
        finally
        {
            // It reads the request's body, which is there no longer than we are.
            await work;
        }

        yield return StreamFrame.Of(await work);
    }
}

using Aetherscale.Commands;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>POST /v1/commands</c>.</summary>
internal sealed class CommandsEndpoint(CommandRouter router, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        var requester = context.Features.GetRequiredFeature<Requester>();
        using var body = new MemoryStream();
        if (!await TryReadAsync(context, body))
        {
            var tooLong = new AetherscaleException(BadRequest, $"The message is longer than {ApiRoutes.MaxRequestBytes} bytes.");
            await Replies.WriteAsync(context, router.Refuse(tooLong, null, requester), StatusCodes.Status413PayloadTooLarge);
            return;
        }

        var reply = await router.RunAsync(body.GetBuffer().AsMemory(0, (int)body.Length), requester, stopping);
        await Replies.WriteAsync(context, reply);
    }

    /// <summary>
    /// Reads the body. What is too long is read to its end nevertheless, and dropped: a client that is still writing when
    /// the connection is closed never sees the answer.
    /// </summary>
    private static async Task<bool> TryReadAsync(HttpContext context, MemoryStream body)
    {
        var chunk = new byte[16 * 1024];
        var length = 0L;
        try
        {
            int read;
            while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
            {
                length += read;
                if (length <= ApiRoutes.MaxRequestBytes)
                {
                    await body.WriteAsync(chunk.AsMemory(0, read), context.RequestAborted);
                }
            }
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return false;
        }

        return length <= ApiRoutes.MaxRequestBytes;
    }
}

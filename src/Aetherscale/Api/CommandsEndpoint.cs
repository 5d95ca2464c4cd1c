using Aetherscale.Commands;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>POST /v1/commands</c>.</summary>
internal sealed class CommandsEndpoint(CommandRouter router, ProgressStream progress, CancellationToken stopping)
{
    private const string IdempotencyKey = "Idempotency-Key";

    public async Task HandleAsync(HttpContext context)
    {
        var requester = context.Features.GetRequiredFeature<Requester>() with { Gone = context.RequestAborted };
        using var body = new MemoryStream();
        try
        {
            await ReadAsync(context, body);
        }
        catch (BadHttpRequestException error)
        {
            var refused = new AetherscaleException(BadRequest, $"The message cannot be read: {error.Message}", error);
            await Replies.WriteAsync(context, router.Refuse(refused, null, requester), error.StatusCode);
            return;
        }

        if (context.Request.Headers.TryGetValue(IdempotencyKey, out var key))
        {
            // In quotation marks it stands where the header is a structured one.
            requester = requester with { RequestId = key.ToString().Trim('"') };
            if (!RequestReader.IsRequestId(requester.RequestId))
            {
                var refused = new AetherscaleException(BadRequest, $"The header {IdempotencyKey} must be {RequestReader.RequestIdRule}.");
                await Replies.WriteAsync(context, router.Refuse(refused, null, requester));
                return;
            }
        }

        var message = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (context.Request.Headers.Accept.Contains("text/event-stream"))
        {
            await progress.WriteAsync(context, message, requester, new ImageUpload(null, null));
            return;
        }

        var reply = await router.RunAsync(message, requester, stopping);
        await Replies.WriteAsync(context, reply);
    }

    /// <summary>
    /// Reads the body. What is too long is read to its end nevertheless, and dropped: a client that is still writing when
    /// the connection is closed never sees the answer.
    /// </summary>
    private static async Task ReadAsync(HttpContext context, MemoryStream body)
    {
        var chunk = new byte[16 * 1024];
        var length = 0L;
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            length += read;
            if (length <= ApiRoutes.MaxRequestBytes)
            {
                await body.WriteAsync(chunk.AsMemory(0, read), context.RequestAborted);
            }
        }

        if (length > ApiRoutes.MaxRequestBytes)
        {
            throw new BadHttpRequestException(
                $"It is longer than {ApiRoutes.MaxRequestBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
        }
    }
}

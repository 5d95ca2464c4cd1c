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
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var tooLong = new AetherscaleException(BadRequest, $"The message is longer than {ApiRoutes.MaxRequestBytes} bytes.", error);
            await Replies.WriteAsync(context, router.Refuse(tooLong, null, requester), error.StatusCode);
            return;
        }

        var reply = await router.RunAsync(body.GetBuffer().AsMemory(0, (int)body.Length), requester, stopping);
        await Replies.WriteAsync(context, reply);
    }
}

using Aetherscale.Commands;
using Aetherscale.Contract;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary>Whatever else is asked for: the answer is an envelope there too.</summary>
internal sealed class OtherwiseEndpoint(CommandRouter router)
{
    private static readonly (string Path, string Method)[] s_routes =
    [
        (ApiRoutes.Commands, HttpMethods.Post), (ApiRoutes.Connect, HttpMethods.Get), (ApiRoutes.Console, HttpMethods.Get),
        (ApiRoutes.Events, HttpMethods.Get), (ApiRoutes.Logs, HttpMethods.Get),
        (ApiRoutes.Images, HttpMethods.Put),
    ];

    public Task HandleAsync(HttpContext context)
    {
        var status = StatusCodes.Status404NotFound;
        foreach (var (path, method) in s_routes)
        {
            if (context.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase))
            {
                status = StatusCodes.Status405MethodNotAllowed;
                context.Response.Headers.Allow = method;
            }
        }

        var refusal = new AetherscaleException(
            BadRequest,
            $"{Quoted.Of($"{context.Request.Method} {context.Request.Path}")} leads nowhere; there are: "
            + $"{string.Join(", ", s_routes.Select(route => $"{route.Method} {route.Path}"))}.");
        var requester = context.Features.GetRequiredFeature<Requester>();
        return Replies.WriteAsync(context, router.Refuse(refusal, null, requester), status);
    }
}

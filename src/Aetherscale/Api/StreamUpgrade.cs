using Aetherscale.Contract;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary>Turns an HTTP connection into one that carries bytes as they are.</summary>
internal static class StreamUpgrade
{
    /// <exception cref="AetherscaleException">The client did not ask for it.</exception>
    public static void Require(HttpContext context)
    {
        if (!context.Features.GetRequiredFeature<IHttpUpgradeFeature>().IsUpgradableRequest
            || context.Request.Headers.Upgrade != ApiRoutes.StreamProtocol)
        {
            throw new AetherscaleException(BadRequest, $"This path needs \"Upgrade: {ApiRoutes.StreamProtocol}\".");
        }
    }

    public static async Task<SocketClient> AcceptAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = ApiRoutes.StreamProtocol;
        context.Features.GetRequiredFeature<HalfClose>().Allow();
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return new SocketClient(stream, context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
    }
}

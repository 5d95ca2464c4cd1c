using Aetherscale.Commands;
using Microsoft.AspNetCore.Http.Features;

namespace Aetherscale.Api;

/// <summary>Turns HTTP connections into ones to guests.</summary>
internal sealed class GuestUpgrade(CommandRouter router, CancellationToken stopping)
{
    /// <param name="context">The request.</param>
    /// <param name="open">Opens what it asks for; its failures are answered like those of commands.</param>
    public async Task HandleAsync(HttpContext context, Func<Requester, CancellationToken, Task<IGuestSession>> open)
    {
        var requester = context.Features.GetRequiredFeature<Requester>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        IGuestSession guest;
        try
        {
            StreamUpgrade.Require(context);
            guest = await open(requester, over.Token);
        }
#pragma warning disable CA1031 // The router makes an answer of every failure; here as for commands.
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Replies.WriteAsync(context, router.Refuse(error, null, requester));
            return;
        }

        await using (guest)
        {
            await using var client = await StreamUpgrade.AcceptAsync(context);
            await guest.CarryAsync(client, over.Token);
        }
    }
}

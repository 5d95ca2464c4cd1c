using System.Globalization;
using Aetherscale.Commands;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/connect?vm=…&amp;port=…</c>: turns the HTTP connection into one to a port of the guest.</summary>
internal sealed class ConnectEndpoint(ConnectVm connect, CommandRouter router, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        var requester = context.Features.GetRequiredFeature<Requester>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        GuestConnection guest;
        try
        {
            guest = await connect.OpenAsync(context.Request.Query["vm"].ToString(), ReadPort(context), over.Token);
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

    private static int ReadPort(HttpContext context)
    {
        StreamUpgrade.Require(context);
        return int.TryParse(context.Request.Query["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is >= 1 and <= 65535
                ? port
                : throw new AetherscaleException(BadRequest, "\"port\" must be a whole number from 1 to 65535.");
    }
}

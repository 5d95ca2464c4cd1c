using System.Globalization;
using Aetherscale.Commands;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/console?vm=…&amp;lines=…</c>: turns the HTTP connection into the guest's serial console.</summary>
internal sealed class ConsoleEndpoint(ConsoleVm console, CommandRouter router, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        ConsoleSession session;
        try
        {
            StreamUpgrade.Require(context);
            session = await console.OpenAsync(context.Request.Query["vm"].ToString(), ReadLines(context), over.Token);
        }
#pragma warning disable CA1031 // The router makes an answer of every failure; here as for commands.
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Replies.WriteAsync(context, router.Refuse(error, null, context.Features.GetRequiredFeature<Requester>()));
            return;
        }

        using (session)
        {
            await using var client = await StreamUpgrade.AcceptAsync(context);
            await session.CarryAsync(client, over.Token);
        }
    }

    private static int? ReadLines(HttpContext context) => context.Request.Query["lines"].ToString() switch
    {
        "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines) => lines,
        _ => throw new AetherscaleException(BadRequest, "\"lines\" must be a whole number."),
    };
}

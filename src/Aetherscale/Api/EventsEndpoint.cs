using Aetherscale.Commands;
using Microsoft.AspNetCore.Http.Features;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/events</c>, with <c>vm=…</c> or for all VMs.</summary>
internal sealed class EventsEndpoint(WatchVms watch, CommandRouter router, EventStream stream)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var vm = context.Request.Query["vm"];
            using var listener = watch.Listen(vm.Count == 0 ? null : vm.ToString());
            await stream.WriteAsync(context, over => WatchVms.FramesAsync(listener, over), listener.Overrun);
        }
        catch (AetherscaleException error)
        {
            await Replies.WriteAsync(context, router.Refuse(error, null, context.Features.GetRequiredFeature<Requester>()));
        }
    }
}

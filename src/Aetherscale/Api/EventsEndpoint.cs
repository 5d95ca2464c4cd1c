using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Microsoft.AspNetCore.Http.Features;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/events</c>, with <c>vm=…</c> or for all VMs.</summary>
internal sealed class EventsEndpoint(WatchVms watch, CommandRouter router, EventStream stream, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        var requester = context.Features.GetRequiredFeature<Requester>();
        try
        {
            var vm = context.Request.Query["vm"] is { Count: > 0 } asked ? asked.ToString() : null;
            if (vm is not null && await router.TryOpenAsync(CommandNames.Watch, vm, Options, requester, context.RequestAborted) is { } far)
            {
                await EventStream.PassOnAsync(context, far, stopping);
                return;
            }

            using var listener = watch.Listen(vm);
            await stream.WriteAsync(context, over => WatchVms.FramesAsync(listener, StreamFrame.Of, over), listener.Overrun);

            JsonElement Options(string queue) => JsonSerializer.SerializeToElement(new WatchOptions { VmId = vm, Queue = queue }, ContractJson.Wire.WatchOptions);
        }
#pragma warning disable CA1031 // The router makes an answer of every failure; here as for commands.
        catch (Exception error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Replies.WriteAsync(context, router.Refuse(error, null, requester));
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Microsoft.AspNetCore.Http.Features;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/logs?vm=…</c>, with <c>console=true</c>, <c>lines=…</c> and <c>since=…</c>.</summary>
internal sealed class LogsEndpoint(LogsVm logs, FollowLogs follow, CommandRouter router, EventStream stream, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        var requester = context.Features.GetRequiredFeature<Requester>();
        try
        {
            var options = Options(context.Request.Query);
            if (await router.TryOpenAsync(CommandNames.FollowLogs, options.VmId, FarOptions, requester, context.RequestAborted) is { } far)
            {
                await EventStream.PassOnAsync(context, far, stopping);
                return;
            }

            // Nothing is lost of a log when its reader is slow: it is read when there is room.
            var query = await logs.ReadAsync(options, context.RequestAborted);
            await stream.WriteAsync(context, over => follow.FramesAsync(query, over), CancellationToken.None);

            JsonElement FarOptions(string queue) =>
                JsonSerializer.SerializeToElement(new FollowLogsOptions { Logs = options, Queue = queue }, ContractJson.Wire.FollowLogsOptions);
        }
#pragma warning disable CA1031 // The router makes an answer of every failure; here as for commands.
        catch (Exception error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Replies.WriteAsync(context, router.Refuse(error, null, requester));
        }
    }

    private static LogsVmOptions Options(IQueryCollection query) => new()
    {
        VmId = query["vm"].ToString(),
        Console = query["console"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw new AetherscaleException(BadRequest, "\"console\" must be true or false."),
        },
        Lines = query["lines"].ToString() switch
        {
            "" => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines) => lines,
            _ => throw new AetherscaleException(BadRequest, "\"lines\" must be a whole number."),
        },
        Since = query["since"] is { Count: > 0 } since ? since.ToString() : null,
    };
}

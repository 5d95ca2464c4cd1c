using System.Globalization;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/connect?vm=…&amp;port=…</c>: turns the HTTP connection into one to a port of the guest.</summary>
internal sealed class ConnectEndpoint(ConnectVm connect, CommandRouter router, GuestUpgrade upgrade)
{
    public Task HandleAsync(HttpContext context) => upgrade.HandleAsync(context, async (requester, over) =>
    {
        var (vm, port) = (context.Request.Query["vm"].ToString(), ReadPort(context));
        return await router.TryReachAsync(CommandNames.ConnectVm, vm, Options, requester, over) ?? await connect.OpenAsync(vm, port, over);

        JsonElement Options(string queue) =>
            JsonSerializer.SerializeToElement(new ConnectVmOptions { VmId = vm, Port = port, Queue = queue }, ContractJson.Wire.ConnectVmOptions);
    });

    private static int ReadPort(HttpContext context) =>
        int.TryParse(context.Request.Query["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw new AetherscaleException(BadRequest, "\"port\" must be a whole number from 1 to 65535.");
}

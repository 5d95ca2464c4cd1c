using System.Globalization;
using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Api;

/// <summary><c>GET /v1/console?vm=…&amp;lines=…</c>: turns the HTTP connection into the guest's serial console.</summary>
internal sealed class ConsoleEndpoint(ConsoleVm console, CommandRouter router, GuestUpgrade upgrade)
{
    public Task HandleAsync(HttpContext context) => upgrade.HandleAsync(context, async (requester, over) =>
    {
        var (vm, lines) = (context.Request.Query["vm"].ToString(), ReadLines(context));
        return await router.TryReachAsync(CommandNames.ConsoleVm, vm, Options, requester, over) ?? await console.OpenAsync(vm, lines, over);

        JsonElement Options(string queue) =>
            JsonSerializer.SerializeToElement(new ConsoleVmOptions { VmId = vm, Lines = lines, Queue = queue }, ContractJson.Wire.ConsoleVmOptions);
    });

    private static int? ReadLines(HttpContext context) => context.Request.Query["lines"].ToString() switch
    {
        "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines) => lines,
        _ => throw new AetherscaleException(BadRequest, "\"lines\" must be a whole number."),
    };
}

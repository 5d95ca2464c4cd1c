using System.Text.Json;
using Aetherscale.Commands;
using Aetherscale.Contract;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Streams from other hosts, which come in by the broker: hosts listen on no ports.</summary>
internal static class FleetStreams
{
    /// <param name="link">The way to the other hosts.</param>
    /// <param name="ask">Asks one of them for the stream, to our queue of that name.</param>
    /// <param name="time">For the pings.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AetherscaleException">What the host says, or that it does not answer.</exception>
    public static async Task<IConnectedClient> OpenAsync(FleetLink link, Func<string, Task<Reply>> ask, TimeProvider time, CancellationToken cancellation)
    {
        var stream = await PrepareAsync(link, time, cancellation);
        try
        {
            var reply = await ask(stream.Queue);
            var response = ReplyPart.ResponseIn(reply.ToJson())
                ?? throw new AetherscaleException(reply.ExecutionInfo.Code ?? ErrorCodes.InternalError, reply.ExecutionInfo.Reason ?? "Its answer cannot be read.");
            stream.Begin(JsonSerializer.Deserialize(response.Span, ContractJson.Tolerant.ConnectVmResponse)!.Queue);
            return stream;
        }
        catch (Exception)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<StreamClient> PrepareAsync(FleetLink link, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            return await StreamClient.PrepareAsync(await link.OpenChannelAsync(cancellation), time, cancellation);
        }
#pragma warning disable CA1031 // The library throws what it likes when the connection is not there any more.
        catch (Exception error) when (error is not AetherscaleException && !cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            throw FleetLink.Lost(error);
        }
    }
}

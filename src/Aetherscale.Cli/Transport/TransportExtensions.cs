using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

internal static class TransportExtensions
{
    /// <summary>Sends a request that a verb needs answered to go on.</summary>
    /// <exception cref="CliException">It was refused, too.</exception>
    public static async Task<Reply> AskAsync(this ITransport transport, RequestEnvelope request, CancellationToken cancel)
    {
        var reply = await transport.SendAsync(request, cancel);
        return reply.ExecutionInfo.Status == ExecutionInfo.Success
            ? reply
            : throw new CliException(ExitCodes.Refused, reply.ExecutionInfo.Describe(request.RequestId));
    }
}

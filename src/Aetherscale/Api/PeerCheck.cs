using Aetherscale.Commands;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aetherscale.Api;

/// <summary>Lets in the owner and root, and hangs up on everyone else before a byte is read.</summary>
internal sealed class PeerCheck(uint owner, ILogger<PeerCheck> logger)
{
    /// <summary>For Kestrel's connection pipeline.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The connection has no socket.");
        var peer = PeerCredentials.Of(socket);
        if (peer.UserId != owner && peer.UserId != 0)
        {
            ApiLog.PeerRefused(logger, peer.UserId, peer.ProcessId);
            connection.Abort(new ConnectionAbortedException("This user may not use the socket."));
            return;
        }

        connection.Features.Set(new Requester($"socket uid={peer.UserId} pid={peer.ProcessId}", WaitsByDefault: true)
        {
            Scope = $"socket uid={peer.UserId}",
        });
        await next(connection);
    };
}

using System.Net.Sockets;
using Aetherscale.Commands;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aetherscale.Api;

/// <summary>Lets in the owner, root and perhaps a group, and hangs up on everyone else before a byte is read.</summary>
/// <param name="owner">The daemon's own user.</param>
/// <param name="group">Whose members may come in, too; null for nobody's.</param>
/// <param name="logger">Told of those who may not.</param>
internal sealed class PeerCheck(uint owner, uint? group, ILogger<PeerCheck> logger)
{
    /// <summary>For Kestrel's connection pipeline.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The connection has no socket.");
        var peer = PeerCredentials.Of(socket);
        if (peer.UserId != owner && peer.UserId != 0 && !IsMember(peer, socket))
        {
            ApiLog.PeerRefused(logger, peer.UserId, peer.ProcessId);
            connection.Abort(new ConnectionAbortedException("This user may not use the socket."));
            return;
        }

        connection.Features.Set(new Requester($"socket uid={peer.UserId} pid={peer.ProcessId}", WaitsByDefault: true)
        {
            Door = "socket",
            UserId = peer.UserId,
            ProcessId = peer.ProcessId,
            Scope = $"socket uid={peer.UserId}",
        });
        await next(connection);
    };

    private bool IsMember(PeerCredentials peer, Socket socket) =>
        group is { } members && (peer.GroupId == members || PeerCredentials.GroupsOf(socket).Contains(members));
}

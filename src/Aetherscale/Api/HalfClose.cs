using Microsoft.AspNetCore.Connections;

namespace Aetherscale.Api;

/// <summary>
/// Kestrel takes the end of a client's input for the end of the client, and drops what it has read and what is still to be
/// written. Where bytes are carried both ways, each direction ends by itself: who is to have that asks for it here.
/// </summary>
internal sealed class HalfClose
{
    private volatile bool _allowed;

    /// <summary>From now on the end of the client's input is nothing more than that, on this connection.</summary>
    public void Allow() => _allowed = true;

    /// <summary>For Kestrel's connection pipeline.</summary>
    public static ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        var halfClose = new HalfClose();
        using var closed = new CancellationTokenSource();
        await using var registration = connection.ConnectionClosed.Register(() =>
        {
            if (!halfClose._allowed)
            {
                closed.Cancel();
            }
        });
        connection.ConnectionClosed = closed.Token;
        connection.Features.Set(halfClose);
        await next(connection);
    };
}

using System.Net.Sockets;
using Aetherscale.Commands;

namespace Aetherscale.Api;

/// <summary>A client on the daemon's socket.</summary>
/// <param name="bytes">To and from the client; what is flushed has been handed to the kernel.</param>
/// <param name="socket">What carries them.</param>
internal sealed class SocketClient(Stream bytes, Socket socket) : IConnectedClient
{
    private bool _ended;

    public Stream Bytes => bytes;

    public ValueTask EndWritingAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client has gone altogether; then it needs no telling.
        }

        return ValueTask.CompletedTask;
    }

    public bool IsGone()
    {
        try
        {
            // Of no bytes: a Unix socket answers EPIPE once its peer is closed.
            _ = _ended ? 0 : socket.Send(ReadOnlySpan<byte>.Empty);
            return false;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return !_ended;
        }
    }

    public ValueTask DisposeAsync() => bytes.DisposeAsync();
}

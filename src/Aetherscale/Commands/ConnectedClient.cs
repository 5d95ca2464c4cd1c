using System.Net.Sockets;

namespace Aetherscale.Commands;

/// <summary>The client's side of a carried connection.</summary>
/// <param name="bytes">To and from the client; what is flushed has been handed to the kernel.</param>
/// <param name="socket">What carries them.</param>
internal sealed class ConnectedClient(Stream bytes, Socket socket)
{
    private bool _ended;

    public Stream Bytes => bytes;

    /// <summary>Tells the client that the guest has ended its output, while the client may go on with its own.</summary>
    public void EndWriting()
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
    }

    /// <summary>Whether nobody is left to read what the guest sends. After <see cref="EndWriting"/> nobody needs to be.</summary>
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
}

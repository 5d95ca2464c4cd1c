using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>The bytes to and from a port of a guest; each direction ends by itself.</summary>
internal sealed class GuestStream(Socket socket, ReadOnlyMemory<byte> early) : IDisposable
{
    private ReadOnlyMemory<byte> _early = early;

    /// <summary>What the guest sent; 0 bytes: it has ended its output.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_early.IsEmpty)
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, cancel);
        }

        // Came in one packet with the answer to the upgrade.
        var count = Math.Min(_early.Length, buffer.Length);
        _early[..count].CopyTo(buffer);
        _early = _early[count..];
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancel)..];
        }
    }

    /// <summary>Tells the guest that no more will come.</summary>
    public void EndWriting()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.NotConnected)
        {
            // The other side has gone altogether; then it needs no telling.
        }
    }

    /// <summary>Whether nobody is left to read what would be written.</summary>
    public bool IsDeaf()
    {
        try
        {
            // Of no bytes: a Unix socket answers EPIPE once its peer is closed.
            socket.Send(ReadOnlySpan<byte>.Empty);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => socket.Dispose();
}

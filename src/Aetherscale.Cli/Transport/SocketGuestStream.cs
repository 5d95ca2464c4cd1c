using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>A guest's port through the daemon's socket, which carries nothing else since the daemon switched protocols.</summary>
internal sealed class SocketGuestStream(Socket socket, ReadOnlyMemory<byte> early) : IGuestStream
{
    private ReadOnlyMemory<byte> _early = early;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        if (_early.IsEmpty)
        {
            try
            {
                return await socket.ReceiveAsync(buffer, SocketFlags.None, cancel);
            }
            catch (SocketException e)
            {
                throw Broken(e);
            }
        }

        // Came in one packet with the answer to the upgrade.
        var count = Math.Min(_early.Length, buffer.Length);
        _early[..count].CopyTo(buffer);
        _early = _early[count..];
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancel)..];
            }
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }
    }

    public ValueTask EndWritingAsync(CancellationToken cancel)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.NotConnected)
        {
            // The other side has gone altogether; then it needs no telling.
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }

        return ValueTask.CompletedTask;
    }

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

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CliException Broken(SocketException error) =>
        new(ExitCodes.Refused, $"the connection to the guest broke: {error.Message}");
}

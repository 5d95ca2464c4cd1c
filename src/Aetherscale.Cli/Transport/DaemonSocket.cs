using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>
/// A connection to the daemon. When nothing else is to be done meanwhile it blocks, which spares three threads (poll,
/// pool, gate) and half a millisecond of the nine that a short command takes on a busy machine.
/// </summary>
internal sealed class DaemonSocket : IDisposable
{
    private readonly bool _blocking;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _unblock;

    /// <param name="blocking">Whether calls hold the thread until they are done.</param>
    /// <param name="cancel">Ends all calls on this socket.</param>
    public DaemonSocket(bool blocking, CancellationToken cancel)
    {
        _blocking = blocking;
        _cancel = cancel;
        _unblock = blocking ? cancel.Register(Socket.Dispose) : default;
    }

    public Socket Socket { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ValueTask ConnectAsync(string path)
    {
        var end = new UnixDomainSocketEndPoint(path);
        if (!_blocking)
        {
            return Socket.ConnectAsync(end, _cancel);
        }

        Blocking(() =>
        {
            Socket.Connect(end);
            return 0;
        });
        return ValueTask.CompletedTask;
    }

    /// <summary>0 bytes: the daemon has hung up.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _blocking
        ? ValueTask.FromResult(Blocking(() => Socket.Receive(buffer.Span)))
        : Socket.ReceiveAsync(buffer, SocketFlags.None, _cancel);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var rest = bytes;
            bytes = bytes[(_blocking
                ? Blocking(() => Socket.Send(rest.Span))
                : await Socket.SendAsync(bytes, SocketFlags.None, _cancel))..];
        }
    }

    /// <summary>Only lets go of the token; for when the socket goes on in other hands.</summary>
    public Socket Release()
    {
        _unblock.Dispose();
        return Socket;
    }

    public void Dispose()
    {
        _unblock.Dispose();
        Socket.Dispose();
    }

    private int Blocking(Func<int> call)
    {
        try
        {
            var count = call();
            _cancel.ThrowIfCancellationRequested();
            return count;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException && _cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancel);
        }
    }
}

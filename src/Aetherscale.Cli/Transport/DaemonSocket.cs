using System.Net.Sockets;

namespace Aetherscale.Cli.Transport;

/// <summary>A connection to the daemon beside which other things go on.</summary>
/// <param name="cancel">Ends all calls on this socket.</param>
internal sealed class DaemonSocket(CancellationToken cancel) : IDaemonConnection
{
    public Socket Socket { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <exception cref="SocketException">The daemon cannot be reached.</exception>
    public ValueTask ConnectAsync(string path) => Socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => Socket.ReceiveAsync(buffer, SocketFlags.None, cancel);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, SocketFlags.None, cancel)..];
        }
    }

    public void Dispose() => Socket.Dispose();
}

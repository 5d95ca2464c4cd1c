using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A way to a port of 127.0.0.1, or to several, that can be cut, and that can fall silent.</summary>
internal class TcpProxy : IAsyncDisposable
{
    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _there = Opened();
    private volatile TaskCompletionSource _back = Opened();

    public TcpProxy(params IReadOnlyList<int> targets)
    {
        foreach (var _ in targets)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            _listeners.Add(listener);
        }

        _accepting = Task.WhenAll(_listeners.Zip(targets, AcceptAsync));
    }

    /// <summary>What becomes of bytes on their way: those that go on now; null ends the connection after what went on before.</summary>
    protected delegate ReadOnlyMemory<byte>? Pass(ReadOnlyMemory<byte> bytes);

    public int Port => Ports[0];

    /// <summary>One for each target.</summary>
    public IReadOnlyList<int> Ports => [.. _listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];

    /// <summary>Ends all connections; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            try
            {
                // Without a linger the other side sees a reset.
                socket.LingerState = new LingerOption(enable: true, 0);
                socket.Dispose();
            }
            catch (ObjectDisposedException)
            {
                // It has ended by itself.
            }
        }
    }

    /// <summary>Nothing gets through any more, and nobody is told.</summary>
    public void FallSilent()
    {
        _there = Closed();
        FallDeaf();
    }

    /// <summary>What comes from the port does not get through any more; what goes there does.</summary>
    public void FallDeaf() => _back = Closed();

    /// <summary>Everything gets through again.</summary>
    public void SpeakAgain()
    {
        _there.TrySetResult();
        _back.TrySetResult();
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        SpeakAgain();
        Cut();
        await _accepting;
    }

    /// <summary>For a new connection: what becomes of what goes to the port, and of what comes from there.</summary>
    protected virtual (Pass There, Pass Back) NewPasses(int target) => (bytes => bytes, bytes => bytes);

    private static TaskCompletionSource Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync(TcpListener listener, int target)
    {
        var carried = new List<Task>();
        try
        {
            while (true)
            {
                carried.Add(CarryAsync(await listener.AcceptSocketAsync(), target));
            }
        }
        catch (SocketException)
        {
            // It was stopped.
        }

        await Task.WhenAll(carried);
    }

    private async Task CarryAsync(Socket client, int target)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets[client] = 0;
        _sockets[server] = 0;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target);
            var (there, back) = NewPasses(target);
            await Task.WhenAny(CopyAsync(client, server, there, () => _there.Task), CopyAsync(server, client, back, () => _back.Task));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One end has gone.
        }

        foreach (var socket in new[] { client, server })
        {
            _sockets.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, Pass pass, Func<Task> open)
    {
        var chunk = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(chunk)) > 0)
            {
                await open();
                if (pass(chunk.AsMemory(0, read)) is not { } passed)
                {
                    return;
                }

                await to.SendAsync(passed);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One end has gone.
        }
    }
}

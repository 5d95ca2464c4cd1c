using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A second connection to a broker, for the messages of a first one: it says what that one's client said to be let in, as the same user and to
/// the same virtual host.
/// </summary>
internal sealed class MessageCopies(int port, Action onSent) : IAsyncDisposable
{
    private const byte OwnChannel = 1;
    private const int StartOk = (10 << 16) | 11;
    private const int TuneOk = (10 << 16) | 31;
    private const int Open = (10 << 16) | 40;
    private const int Started = (10 << 16) | 10;
    private const int Tune = (10 << 16) | 30;
    private const int Opened = (10 << 16) | 41;
    private const int Closed = (10 << 16) | 50;
    private const int ChannelOpened = (20 << 16) | 11;
    private const int ChannelClose = (20 << 16) | 40;

    private static readonly byte[] s_openChannel = [AmqpFrame.Method, 0, OwnChannel, 0, 0, 0, 5, 0, 20, 0, 10, 0, 0xCE];
    private static readonly byte[] s_channelIsClosed = [AmqpFrame.Method, 0, OwnChannel, 0, 0, 0, 4, 0, 20, 0, 41, 0xCE];
    private static readonly byte[] s_heartbeat = [8, 0, 0, 0, 0, 0, 0, 0xCE];
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, byte[]> _said = [];
    private readonly Channel<byte[]> _toSend = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _over = new();
    private Task? _running;

    /// <summary>What the first connection's client says.</summary>
    public void See(AmqpFrame frame)
    {
        if (frame.Bytes[0] == 'A' || frame.MethodId is StartOk or TuneOk or Open)
        {
            _said[frame.MethodId] = frame.Bytes;
        }
    }

    /// <summary>Sends the frames of a message as soon as it can.</summary>
    public void Send(IReadOnlyList<AmqpFrame> message)
    {
        _running ??= RunAsync(new Dictionary<int, byte[]>(_said));
        _toSend.Writer.TryWrite([.. message.SelectMany(frame => frame.On(OwnChannel))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await (_running ?? Task.CompletedTask);
        _over.Dispose();
    }

    private async Task RunAsync(Dictionary<int, byte[]> said)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var turn = new SemaphoreSlim(0, 1);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, _over.Token);
            await socket.SendAsync(said[0], _over.Token);
            var listening = ListenAsync(socket, said, turn);
            await Task.WhenAny(listening, SendAsync(socket, turn), BeatAsync(socket, turn));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The broker has gone, and with it the first connection.
        }
    }

    /// <summary>Answers what has to be; the turn is free while there is a channel to send on.</summary>
    private async Task ListenAsync(Socket socket, Dictionary<int, byte[]> said, SemaphoreSlim turn)
    {
        var frames = new AmqpFrames();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await socket.ReceiveAsync(chunk, _over.Token)) > 0)
        {
            foreach (var frame in frames.Take(chunk.AsMemory(0, read)))
            {
                switch (frame.MethodId)
                {
                    case Started:
                        await socket.SendAsync(said[StartOk], _over.Token);
                        break;
                    case Tune:
                        await socket.SendAsync((byte[])[.. said[TuneOk], .. said[Open]], _over.Token);
                        break;
                    case Opened:
                        await socket.SendAsync(s_openChannel, _over.Token);
                        break;
                    case ChannelOpened:
                        turn.Release();
                        break;
                    case ChannelClose:
                        // What one message did must not keep the others from coming.
                        await turn.WaitAsync(_over.Token);
                        await socket.SendAsync((byte[])[.. s_channelIsClosed, .. s_openChannel], _over.Token);
                        break;
                    case Closed:
                        return;
                }
            }
        }
    }

    private async Task SendAsync(Socket socket, SemaphoreSlim turn)
    {
        await foreach (var message in _toSend.Reader.ReadAllAsync(_over.Token))
        {
            await InTurnAsync(socket, turn, message);
            onSent();
        }
    }

    private async Task BeatAsync(Socket socket, SemaphoreSlim turn)
    {
        while (true)
        {
            await Task.Delay(s_beat, _over.Token);
            await InTurnAsync(socket, turn, s_heartbeat);
        }
    }

    private async Task InTurnAsync(Socket socket, SemaphoreSlim turn, byte[] bytes)
    {
        await turn.WaitAsync(_over.Token);
        try
        {
            await socket.SendAsync(bytes, _over.Token);
        }
        finally
        {
            turn.Release();
        }
    }
}

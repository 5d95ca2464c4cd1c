using Aetherscale.Contract.Streams;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Cli.Transport;

/// <summary>A guest's port by a broker: a queue of ours for what the guest sends, one of the daemon's for what we send.</summary>
internal sealed class BrokerGuestStream : IGuestStream
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromMilliseconds(500);

    private readonly IChannel _channel;
    private readonly Surroundings _around;
    private readonly MessageStream _stream;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _over = new();
    private Task _pings = Task.CompletedTask;
    private string? _daemonQueue;

    private BrokerGuestStream(IChannel channel, Surroundings around)
    {
        _channel = channel;
        _around = around;
        _stream = new MessageStream(SendAsync);
    }

    /// <summary>The name of our queue. It is gone as soon as we are.</summary>
    public string Queue { get; private set; } = "";

    /// <summary>Makes our side; nothing flows before <see cref="Begin"/>.</summary>
    public static async Task<BrokerGuestStream> PrepareAsync(BrokerLink link, Surroundings around, CancellationToken cancel)
    {
        var channel = await link.OpenChannelAsync(confirms: false, cancel);
        var stream = new BrokerGuestStream(channel, around);
        var queue = await link.AskAsync(
            token => channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: token), cancel);
        stream.Queue = queue.QueueName;

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            stream._stream.Receive(message.BasicProperties.Type, message.Body.Span);
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => stream.BreakAsync("the broker deleted our queue");
        channel.ChannelShutdownAsync += (_, _) => stream.BreakAsync("the broker closed the connection");
        channel.BasicReturnAsync += (_, _) => stream.BreakAsync("the daemon has gone");
        await link.AskAsync(token => channel.BasicConsumeAsync(stream.Queue, autoAck: true, consumer, token), cancel);
        return stream;
    }

    /// <param name="daemonQueue">Takes what we send.</param>
    public void Begin(string daemonQueue)
    {
        _daemonQueue = daemonQueue;
        _pings = PingAsync();
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await _stream.ReadAsync(buffer, cancel);
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancel);
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    public async ValueTask EndWritingAsync(CancellationToken cancel)
    {
        try
        {
            await _stream.EndWritingAsync(cancel);
        }
        catch (IOException) when (_stream.IsClosed)
        {
            // The other side has gone; then it needs no telling.
        }
        catch (IOException e)
        {
            throw Broken(e);
        }
    }

    public bool IsDeaf() => _stream.IsBroken ? throw Broken(new IOException("the daemon has gone")) : _stream.IsClosed;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _pings;
        if (_daemonQueue is not null && !_stream.IsBroken)
        {
            using var goodbye = new CancellationTokenSource(s_goodbye, _around.Time);
            try
            {
                await SendAsync(StreamMessage.Close, ReadOnlyMemory<byte>.Empty, goodbye.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The daemon learns it by the end of our queue.
            }
        }

        await _stream.DisposeAsync();
        _turn.Dispose();
        _over.Dispose();
    }

    private static CliException Broken(IOException error) =>
        new(ExitCodes.Unreachable, $"the connection to the guest broke: {error.Message}");

    private async ValueTask SendAsync(string type, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await _channel.BasicPublishAsync("", _daemonQueue!, mandatory: true, new BasicProperties { Type = type }, body, cancel);
        }
#pragma warning disable CA1031 // The library throws what it likes when the connection is not there any more.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw new IOException("the broker closed the connection", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await SendAsync(StreamMessage.Ping, ReadOnlyMemory<byte>.Empty, _over.Token);
                await Task.Delay(StreamMessage.PingInterval, _around.Time, _over.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The stream is broken, or over.
        }
    }

    private Task BreakAsync(string why)
    {
        _stream.Break(why);
        return Task.CompletedTask;
    }
}

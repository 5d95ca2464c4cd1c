using Aetherscale.Commands;
using Aetherscale.Contract.Streams;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>Our side of a stream of bytes that is carried by messages: a queue of its own each way.</summary>
internal sealed class StreamClient : IConnectedClient
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly IChannel _channel;
    private readonly TimeProvider _time;
    private readonly MessageStream _stream;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _over = new();
    private string? _peer;
    private Task _pings = Task.CompletedTask;
    private volatile bool _ended;

    private StreamClient(IChannel channel, TimeProvider time)
    {
        _channel = channel;
        _time = time;
        _stream = new MessageStream(SendAsync);
    }

    /// <summary>Takes what the other side sends. It is gone as soon as the channel is.</summary>
    public string Queue { get; private set; } = "";

    public Stream Bytes => _stream;

    /// <summary>Makes our side; nothing is sent before <see cref="Begin"/>.</summary>
    /// <param name="channel">For this stream alone, which owns it from now on.</param>
    /// <param name="time">For the pings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<StreamClient> PrepareAsync(IChannel channel, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new StreamClient(channel, time);
        try
        {
            var queue = await channel.QueueDeclareAsync(
                "", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
            client.Queue = queue.QueueName;
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                client._stream.Receive(message.BasicProperties.Type, message.Body.Span);
                return Task.CompletedTask;
            };
            consumer.UnregisteredAsync += (_, _) => client.BreakAsync("the queue was deleted");
            channel.ChannelShutdownAsync += (_, _) => client.BreakAsync("the broker has gone");
            channel.BasicReturnAsync += (_, _) => client.BreakAsync("the other side has gone");
            await channel.BasicConsumeAsync(client.Queue, autoAck: true, consumer, cancellationToken);
            return client;
        }
        catch (Exception)
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <param name="peer">The queue that takes what we send.</param>
    public void Begin(string peer)
    {
        _peer = peer;
        _pings = PingAsync();
    }

    public async ValueTask EndWritingAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        await _stream.EndWritingAsync(cancellationToken);
    }

    public bool IsGone() => _stream.IsBroken || (_stream.IsClosed && !_ended);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _pings;
        using var goodbye = new CancellationTokenSource(s_goodbye, _time);
        try
        {
            await (_peer is null ? ValueTask.CompletedTask : SendAsync(StreamMessage.Close, ReadOnlyMemory<byte>.Empty, goodbye.Token));
            await _channel.CloseAsync(goodbye.Token);
        }
#pragma warning disable CA1031 // The library throws what it likes when the connection is not there any more: then all of this is gone.
        catch (Exception)
#pragma warning restore CA1031
        {
            _stream.Break("the broker has gone");
        }

        await _channel.DisposeAsync();
        await _stream.DisposeAsync();
        _turn.Dispose();
        _over.Dispose();
    }

    private async ValueTask SendAsync(string type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _channel.BasicPublishAsync(
                "", _peer!, mandatory: true, new BasicProperties { Type = type }, body, cancellationToken);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw new IOException("The broker has gone.", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The broker sends back what a client that has vanished cannot get.</summary>
    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(StreamMessage.PingInterval, _time, _over.Token);
                await SendAsync(StreamMessage.Ping, ReadOnlyMemory<byte>.Empty, _over.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It has gone, or is being closed.
        }
    }

    private Task BreakAsync(string why)
    {
        _stream.Break(why);
        return Task.CompletedTask;
    }
}

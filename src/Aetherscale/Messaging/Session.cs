using Aetherscale.Contract;
using Aetherscale.Messaging.Fleet;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>One connection to the broker, with the channel that deliveries come in on and one for replies.</summary>
internal sealed class Session : IAsyncDisposable
{
    /// <summary>
    /// Deliveries that may be under way at a time, for each queue. Stops that wait for their guests take long, and each is
    /// acknowledged only after its reply: this many of them do not hold up the rest.
    /// </summary>
    public const ushort Prefetch = 256;

    private const ushort FrameError = 501;
    private const ushort SyntaxError = 502;

    private readonly IConnection _connection;
    private readonly IChannel _deliveries;
    private readonly Replies _replies;
    private readonly Replies _aside;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _consumers = [];
    private volatile bool _isGivenUp;

    private Session(int number, IConnection connection, IChannel deliveries)
    {
        Number = number;
        _connection = connection;
        _deliveries = deliveries;
        _replies = new Replies(connection);
        _aside = new Replies(connection);
        connection.ConnectionShutdownAsync += (_, reason) => EndAsync(BrokerFailure.Words(reason));
        deliveries.ChannelShutdownAsync += (_, reason) => EndAsync(BrokerFailure.Words(reason));
    }

    /// <summary>Tells it from the others of this daemon.</summary>
    public int Number { get; }

    /// <summary>The way to the fleet's other hosts; set as soon as there is one.</summary>
    public FleetLink? Fleet { get; set; }

    /// <summary>Completes with the reason, in the user's words, when no more deliveries will come.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Whether replies and acknowledgements can be sent.</summary>
    public bool IsOpen => !_isGivenUp && _connection.IsOpen && _deliveries.IsOpen;

    /// <summary>It is of no use any more, though it may look open.</summary>
    public void GiveUp(string reason)
    {
        _isGivenUp = true;
        _ended.TrySetResult(reason);
    }

    /// <summary>Whether our library closed the connection over something that it cannot read.</summary>
    public bool MetUnreadable => _connection.CloseReason is { Initiator: ShutdownInitiator.Library } reason
        && (reason.ReplyCode is FrameError or SyntaxError || reason.Exception is ArgumentException or IndexOutOfRangeException);

    /// <summary>Takes over the connection.</summary>
    public static async Task<Session> OpenAsync(int number, IConnection connection, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        return new Session(number, connection, channel);
    }

    /// <summary>Has deliveries come in. They are handed over one after the other, in the queue's order.</summary>
    /// <param name="queues">Where from.</param>
    /// <param name="take">Must return soon; the body is valid until it does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ConsumeAsync(
        IEnumerable<string> queues, Action<string, BasicDeliverEventArgs> take, CancellationToken cancellationToken)
    {
        foreach (var queue in queues)
        {
            var consumer = new AsyncEventingBasicConsumer(_deliveries);
            consumer.ReceivedAsync += (_, message) =>
            {
                take(queue, message);
                return Task.CompletedTask;
            };
            consumer.UnregisteredAsync += (_, _) => EndAsync($"the queue {queue} was deleted");
            _consumers.Add(await _deliveries.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken));
        }
    }

    /// <summary>The message at the head of a queue; null when there is none.</summary>
    /// <param name="queue">Where from.</param>
    /// <param name="isAcknowledged">Whether it counts as acknowledged as soon as the broker has sent it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BasicDeliverEventArgs?> FetchAsync(string queue, bool isAcknowledged, CancellationToken cancellationToken)
    {
        // What cannot be read has the library forget the call that it answers: the connection's end is all that is seen of it.
        var fetching = _deliveries.BasicGetAsync(queue, isAcknowledged, cancellationToken);
        if (await Task.WhenAny(fetching, Ended) != fetching)
        {
            _ = fetching.ContinueWith(late => late.Exception, TaskScheduler.Default);
            throw new BrokerException(await Ended);
        }

        return await fetching is { } message
            ? new BasicDeliverEventArgs(
                "", message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties, message.Body, cancellationToken)
            : null;
    }

    /// <summary>This daemon's side of a stream to a client's queue, on a channel of its own.</summary>
    public async Task<StreamClient> OpenStreamAsync(string clientQueue, TimeProvider time, CancellationToken cancellationToken)
    {
        var stream = await StreamClient.PrepareAsync(await _connection.CreateChannelAsync(cancellationToken: cancellationToken), time, cancellationToken);
        stream.Begin(clientQueue);
        return stream;
    }

    /// <summary>No more deliveries; what is under way can still be answered and acknowledged.</summary>
    public async Task StopConsumingAsync(CancellationToken cancellationToken)
    {
        foreach (var consumer in _consumers)
        {
            await _deliveries.BasicCancelAsync(consumer, cancellationToken: cancellationToken);
        }
    }

    /// <summary>Sends a message to those that people look at. Their queue may keep its channel waiting, so no reply shares that.</summary>
    public Task PutAsideAsync(string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _aside.SendAsync(AmqpRoutes.DeadLetterExchange, key, properties, body, cancellationToken);

    public async Task AcknowledgeAsync(ulong tag, CancellationToken cancellationToken) =>
        await _deliveries.BasicAckAsync(tag, multiple: false, cancellationToken);

    /// <summary>Sends a reply and waits until the broker has it. Whether anybody waits for it is not told.</summary>
    /// <exception cref="Exception">
    /// It could not be sent; when the session is open still, that is the reply's own fault.
    /// </exception>
    public Task ReplyAsync(string replyTo, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _replies.SendAsync("", replyTo, properties, body, cancellationToken);

    /// <summary>Closes the connection, politely if that is quick.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult("we closed it");
        Fleet?.End();

        // The channels go with it: each by itself would wait for a broker that does not answer.
        await _connection.AbortAsync(TimeSpan.FromSeconds(2));
        await (Fleet?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _connection.DisposeAsync();
        _replies.Dispose();
        _aside.Dispose();
    }

    private Task EndAsync(string reason)
    {
        _ended.TrySetResult(reason);
        return Task.CompletedTask;
    }
}

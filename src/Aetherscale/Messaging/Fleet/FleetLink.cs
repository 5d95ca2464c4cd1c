using System.Collections.Concurrent;
using System.Globalization;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>This host's way to the others for as long as one connection lasts: what it sends, and the answers to that.</summary>
internal sealed class FleetLink : IAsyncDisposable
{
    private const ushort AccessRefused = 403;
    private const ushort ResourceLocked = 405;

    private readonly IConnection _connection;
    private readonly IChannel _in;
    private readonly Outbox _out;
    private readonly string _host;
    private readonly FleetClocks _clocks;
    private readonly ConcurrentDictionary<string, Inquiry> _inquiries = new();

    /// <summary>Answers to the last connection's questions may come late, to the same queue.</summary>
    private readonly string _mark = Guid.NewGuid().ToString("N");

    private long _lastInquiry;

    private FleetLink(IConnection connection, IChannel incoming, Outbox outgoing, string host, FleetClocks clocks)
    {
        _connection = connection;
        _in = incoming;
        _out = outgoing;
        _host = host;
        _clocks = clocks;
    }

    /// <summary>Where answers to this host come in. The broker names it, and it goes with the connection.</summary>
    public string ReplyQueue => AmqpRoutes.AnswerQueue(_host);

    public bool IsOpen => _in.IsOpen && _out.Channels.All(channel => channel.IsOpen);

    /// <param name="connection">Stays its owner's.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="clocks">Is told of the clocks of hosts that answer.</param>
    /// <param name="time">Our own clock, which each message shows.</param>
    /// <param name="onBroken">Told when a channel of it was closed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerException">A daemon of the same name is at this broker.</exception>
    public static async Task<FleetLink> OpenAsync(
        IConnection connection, string host, FleetClocks clocks, TimeProvider time, Action<string> onBroken, CancellationToken cancellationToken)
    {
        var incoming = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var outgoing = await Outbox.OpenAsync(connection, host, time, cancellationToken);
        var link = new FleetLink(connection, incoming, outgoing, host, clocks);
        foreach (var channel in outgoing.Channels.Prepend(incoming))
        {
            channel.ChannelShutdownAsync += (_, reason) =>
            {
                link.End();
                onBroken(BrokerFailure.Words(reason));
                return Task.CompletedTask;
            };
        }

        try
        {
            await incoming.QueueDeclareAsync(
                AmqpRoutes.AskQueue(host), durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == ResourceLocked)
        {
            throw new BrokerException(
                $"another daemon is the host {Quoted.Of(host)} there, or our last connection has not been given up yet; give each host a name of its own (host-name)",
                error);
        }

        await incoming.QueueBindAsync(AmqpRoutes.AskQueue(host), AmqpRoutes.AskExchange, "", cancellationToken: cancellationToken);
        await incoming.QueueBindAsync(AmqpRoutes.AskQueue(host), AmqpRoutes.HostExchange, AmqpRoutes.AskQueue(host), cancellationToken: cancellationToken);
        await incoming.QueueBindAsync(AmqpRoutes.AskQueue(host), AmqpRoutes.EventExchange, "host.#", cancellationToken: cancellationToken);
        await incoming.QueueDeclareAsync(link.ReplyQueue, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        await link.ConsumeAsync(link.ReplyQueue, link.OnAnswer, cancellationToken);
        return link;
    }

    /// <summary>Has questions to all hosts, and events of hosts, come in.</summary>
    /// <param name="take">Must return soon; the body is valid until it does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task HearAsync(Action<BasicDeliverEventArgs> take, CancellationToken cancellationToken) =>
        ConsumeAsync(AmqpRoutes.AskQueue(_host), take, cancellationToken);

    /// <summary>Expects answers from now on, until it is disposed.</summary>
    public Inquiry Expect()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_mark}-{Interlocked.Increment(ref _lastInquiry)}");
        var inquiry = new Inquiry(id, gone => _inquiries.TryRemove(gone, out _));
        _inquiries[id] = inquiry;
        if (!IsOpen)
        {
            inquiry.End();
        }

        return inquiry;
    }

    /// <summary>Sends a message, and waits until the broker has it.</summary>
    /// <returns>False: no queue takes it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public Task<bool> SendAsync(
        string exchange, string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _out.SendAsync(exchange, key, mandatory: true, properties, body, cancellationToken);

    /// <summary>The same for what nobody needs to take.</summary>
    public Task TellAsync(
        string exchange, string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _out.SendAsync(exchange, key, mandatory: false, properties, body, cancellationToken);

    /// <summary>Asks all hosts that are there.</summary>
    public Task<bool> AskAllAsync(Inquiry inquiry, string type, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellationToken) =>
        SendAsync(AmqpRoutes.AskExchange, "", Question(inquiry, type, patience), body, cancellationToken);

    /// <summary>Asks one host, if it is there.</summary>
    /// <returns>False: it is not.</returns>
    public Task<bool> AskAsync(
        string host, Inquiry inquiry, string type, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellationToken) =>
        SendAsync(AmqpRoutes.HostExchange, AmqpRoutes.AskQueue(host), Question(inquiry, type, patience), body, cancellationToken);

    /// <summary>Answers a message; whether anybody waits for it still is not told.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>reply-too-large</c>.</exception>
    public Task AnswerAsync(IReadOnlyBasicProperties question, string? type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        question.ReplyTo is { Length: > 0 } replyTo
            ? SendLongAsync("", replyTo, new BasicProperties { Type = type, CorrelationId = question.CorrelationId }, body, cancellationToken)
            : Task.CompletedTask;

    /// <summary>Sends what may be longer than the broker takes, and costs no more than itself then.</summary>
    /// <exception cref="AetherscaleException">As above.</exception>
    public Task SendLongAsync(string exchange, string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _out.SendLongAsync(exchange, key, properties, body, cancellationToken);

    /// <summary>A channel for something that may cost it.</summary>
    public Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) => OpenChannelAsync(confirms: false, cancellationToken);

    /// <param name="confirms">Whether a publication on it is over when the broker has confirmed it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IChannel> OpenChannelAsync(bool confirms, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms), cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw Lost(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        End();
        await _out.DisposeAsync();
        await _in.DisposeAsync();
    }

    public static AetherscaleException Lost(Exception? cause) => cause is OperationInterruptedException { ShutdownReason: { ReplyCode: AccessRefused } reason }
        ? new(ErrorCodes.BrokerRefused, $"The broker does not let this host do that: {Quoted.Plain(reason.ReplyText)}.", cause)
        : new(ErrorCodes.NoFleet, "The broker went away meanwhile; ask again, with the same request id if there was one.", cause);

    private BasicProperties Question(Inquiry inquiry, string type, TimeSpan patience) => new()
    {
        Type = type,
        ReplyTo = ReplyQueue,
        CorrelationId = inquiry.Id,
        Expiration = ((long)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
    };

    private async Task ConsumeAsync(string queue, Action<BasicDeliverEventArgs> take, CancellationToken cancellationToken)
    {
        var consumer = new AsyncEventingBasicConsumer(_in);
        consumer.ReceivedAsync += (_, message) =>
        {
            take(message);
            return Task.CompletedTask;
        };
        await _in.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
    }

    private void OnAnswer(BasicDeliverEventArgs message)
    {
        var properties = message.BasicProperties;
        if (properties.CorrelationId is { } id && _inquiries.TryGetValue(id, out var inquiry))
        {
            // Nobody but those who were asked knows this id.
            _clocks.Heard(properties);
            inquiry.Add(new Answer(properties.Type, properties.Text(FleetHeaders.Host), properties.Text(FleetHeaders.Run), message.Body.ToArray()));
        }
    }

    /// <summary>No answer comes any more.</summary>
    public void End()
    {
        foreach (var inquiry in _inquiries.Values)
        {
            inquiry.End();
        }
    }
}

using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What this host sends to the others by one connection. Each message says who sends it, and when.</summary>
/// <remarks>
/// While a queue that lasts has no leader, as for a while after the broker was killed, the broker keeps the whole channel that is the first
/// time to publish to it waiting for up to 30 s. Nothing must keep questions, events and answers waiting: a host that gives no answer is taken
/// for dead, by others and by itself. So what is for queues that last has channels of its own.
/// </remarks>
internal sealed class Outbox : IAsyncDisposable
{
    private static readonly string s_run = Guid.NewGuid().ToString("N");

    private readonly IChannel _commands;
    private readonly IChannel _talk;
    private readonly Replies _inventories;
    private readonly Replies _answers;
    private readonly string _host;
    private readonly TimeProvider _time;

    private Outbox(IConnection connection, IChannel commands, IChannel talk, string host, TimeProvider time)
    {
        (_commands, _talk, _host, _time) = (commands, talk, host, time);
        (_inventories, _answers) = (new Replies(connection), new Replies(connection));
    }

    /// <summary>Without these it is of no use. What may cost its channel has others.</summary>
    public IReadOnlyList<IChannel> Channels => [_commands, _talk];

    /// <param name="connection">Stays its owner's.</param>
    /// <param name="host">This host's name.</param>
    /// <param name="time">Our own clock, which each message shows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Outbox> OpenAsync(IConnection connection, string host, TimeProvider time, CancellationToken cancellationToken)
    {
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        var commands = await connection.CreateChannelAsync(confirmed, cancellationToken);
        return new Outbox(connection, commands, await connection.CreateChannelAsync(confirmed, cancellationToken), host, time);
    }

    /// <summary>Sends a message, and waits until the broker has it.</summary>
    /// <returns>False: it is mandatory, and no queue takes it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public async Task<bool> SendAsync(
        string exchange, string key, bool mandatory, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Stamp(properties);
        try
        {
            await (IsForWhatLasts(exchange, key) ? _commands : _talk).BasicPublishAsync(exchange, key, mandatory, properties, body, cancellationToken);
            return true;
        }
        catch (PublishReturnException)
        {
            return false;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
        }
    }

    /// <summary>Sends what may be longer than the broker takes, and costs no more than itself then.</summary>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>reply-too-large</c>.</exception>
    public async Task SendLongAsync(string exchange, string key, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        Stamp(properties);
        try
        {
            await (IsForWhatLasts(exchange, key) ? _inventories : _answers).SendAsync(exchange, key, properties, body, cancellationToken);
        }
        catch (Exception error) when (BrokerFailure.IsTooLarge(error))
        {
            throw new AetherscaleException(
                ErrorCodes.ReplyTooLarge, $"The broker lets no message of {body.Length} bytes through (its setting max_message_size).", error);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw FleetLink.Lost(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _commands.DisposeAsync();
        await _talk.DisposeAsync();
        _inventories.Dispose();
        _answers.Dispose();
    }

    private void Stamp(BasicProperties properties)
    {
        properties.Headers ??= new Dictionary<string, object?>();
        properties.Headers[FleetHeaders.Host] = _host;
        properties.Headers[FleetHeaders.Run] = s_run;
        properties.Headers[FleetHeaders.Now] = FleetHeaders.OfInstant(_time.GetUtcNow());
    }

    private static bool IsForWhatLasts(string exchange, string key) =>
        exchange == AmqpRoutes.VmExchange || (exchange == AmqpRoutes.HostExchange && !key.StartsWith(AmqpRoutes.AskQueue(""), StringComparison.Ordinal));
}

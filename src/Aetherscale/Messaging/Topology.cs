using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging;

/// <summary>The queues that commands come from, and the exchange before two of them.</summary>
/// <param name="commands">Every command's name.</param>
/// <param name="host">The name of this host.</param>
/// <param name="user">Whose daemon this is: each user of a host has VMs of their own.</param>
/// <param name="logger">Told of what was declared otherwise before us.</param>
internal sealed class Topology(IEnumerable<string> commands, string host, string user, ILogger<Topology> logger)
{
    /// <summary>Nobody waits that long: what was sent while no daemon was there must not take effect hours later.</summary>
    private const int MaxWaitMilliseconds = 10_000;

    /// <summary>The host's queue goes when its daemon has been away for so long; longer than any reconnect.</summary>
    private const int UnusedMilliseconds = 5 * 60_000;

    private const ushort NotFound = 404;

    private readonly HashSet<string> _told = [];

    /// <summary>Takes what is meant for this host alone.</summary>
    public string HostQueue { get; } = $"{AmqpRoutes.Exchange}-{host}-{user}";

    /// <summary>Sees to it that all of it is there.</summary>
    /// <returns>The queues to consume from.</returns>
    /// <exception cref="OperationInterruptedException">The broker does not let us.</exception>
    public async Task<IReadOnlyList<string>> DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var none = new Dictionary<string, object?>();
        var bounded = new Dictionary<string, object?> { ["x-message-ttl"] = MaxWaitMilliseconds, ["x-expires"] = UnusedMilliseconds };
        await QueueAsync(connection, AmqpRoutes.CommandQueue, none, cancellationToken);
        await DeclareAsync(
            connection,
            AmqpRoutes.Exchange,
            channel => channel.ExchangeDeclareAsync(
                AmqpRoutes.Exchange, ExchangeType.Direct, durable: false, autoDelete: false, cancellationToken: cancellationToken),
            channel => channel.ExchangeDeclarePassiveAsync(AmqpRoutes.Exchange, cancellationToken),
            cancellationToken);
        await QueueAsync(connection, AmqpRoutes.CompetingQueue, none, cancellationToken);
        await QueueAsync(connection, HostQueue, bounded, cancellationToken);

        await using var binder = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var command in commands)
        {
            var queue = command == CommandNames.CreateVm ? AmqpRoutes.CompetingQueue : HostQueue;
            await binder.QueueBindAsync(queue, AmqpRoutes.Exchange, command, cancellationToken: cancellationToken);
        }

        return [AmqpRoutes.CommandQueue, AmqpRoutes.CompetingQueue, HostQueue];
    }

    private Task QueueAsync(
        IConnection connection, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        DeclareAsync(
            connection,
            name,
            channel => channel.QueueDeclareAsync(
                name, durable: false, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken),
            channel => channel.QueueDeclarePassiveAsync(name, cancellationToken),
            cancellationToken);

    /// <summary>The broker closes a channel that declares something otherwise than it is; what is there will do as it is.</summary>
    private async Task DeclareAsync(
        IConnection connection, string name, Func<IChannel, Task> declare, Func<IChannel, Task> take, CancellationToken cancellationToken)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await declare(channel);
        }
        catch (OperationInterruptedException error) when (connection.IsOpen && error.ShutdownReason?.ReplyCode != NotFound)
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await take(channel);
            if (_told.Add(name))
            {
                MessagingLog.TakenAsItIs(logger, name, Quoted.Plain(error.ShutdownReason?.ReplyText ?? error.Message));
            }
        }
    }
}

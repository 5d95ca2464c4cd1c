using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>The queues and exchanges of a fleet, and this host's own.</summary>
/// <param name="host">This host's name.</param>
/// <param name="declaration">Declares, or takes what is there as it is.</param>
internal sealed class FleetTopology(string host, Declaration declaration)
{
    private const ushort NotFound = 404;
    private const ushort PreconditionFailed = 406;
    private const int DeadLettersKept = 10_000;
    private const int WeekMilliseconds = 7 * 24 * 3600 * 1000;

    /// <summary>A message that has come back so often is no message that a host can deal with.</summary>
    private const int DeliveryLimit = 3;

    /// <returns>The queues to take commands from.</returns>
    public async Task<IReadOnlyList<string>> DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        foreach (var (name, kind) in new[]
        {
            (AmqpRoutes.VmExchange, ExchangeType.Direct),
            (AmqpRoutes.HostExchange, ExchangeType.Topic),
            (AmqpRoutes.AskExchange, ExchangeType.Fanout),
            (AmqpRoutes.EventExchange, ExchangeType.Topic),
            (AmqpRoutes.DeadLetterExchange, ExchangeType.Headers),
        })
        {
            await declaration.ExchangeAsync(connection, name, kind, durable: true, cancellationToken);
        }

        await QueueAsync(AmqpRoutes.DeadLetterQueue, KeptQueue());
        await QueueAsync(AmqpRoutes.ExpiredQueue, KeptQueue());
        await QueueAsync(AmqpRoutes.PlacementQueue, CommandQueue());
        await QueueAsync(AmqpRoutes.HostQueue(host), CommandQueue());
        await BindAsync(AmqpRoutes.DeadLetterQueue, AmqpRoutes.DeadLetterExchange, "", DeadLetters());
        await BindAsync(AmqpRoutes.ExpiredQueue, AmqpRoutes.DeadLetterExchange, "", Expired());
        await BindAsync(AmqpRoutes.PlacementQueue, AmqpRoutes.HostExchange, AmqpRoutes.PlacementQueue);
        await BindAsync(AmqpRoutes.HostQueue(host), AmqpRoutes.HostExchange, AmqpRoutes.HostQueue(host));
        await InventoryAsync();
        return [AmqpRoutes.HostQueue(host), AmqpRoutes.PlacementQueue, AmqpRoutes.ExpiredQueue];

        async Task InventoryAsync()
        {
            var queue = AmqpRoutes.InventoryQueue(host);
            try
            {
                await DeclareInventoryAsync(Inventories.Arguments);
            }
            catch (OperationInterruptedException error) when (connection.IsOpen && error.ShutdownReason?.ReplyCode == PreconditionFailed)
            {
                await DropOldInventoryAsync(queue);
                await QueueAsync(queue, Inventories.Arguments);
            }
            catch (OperationInterruptedException error) when (connection.IsOpen && error.ShutdownReason?.ReplyCode == NotFound)
            {
                // A broker that has just started, on a busy disk, says so of a stream that it has not started yet. It is there, and bound.
                return;
            }

            await BindAsync(queue, AmqpRoutes.HostExchange, queue);

            async Task DeclareInventoryAsync(Dictionary<string, object?> arguments)
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
            }
        }

        // It goes with its node of the broker. What it holds is written anew at once.
        async Task DropOldInventoryAsync(string queue)
        {
            try
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                await channel.QueueDeclareAsync(
                    queue, durable: true, exclusive: false, autoDelete: false, Inventories.OlderArguments, cancellationToken: cancellationToken);
                await channel.QueueDeleteAsync(queue, cancellationToken: cancellationToken);
            }
            catch (OperationInterruptedException error) when (connection.IsOpen && error.ShutdownReason?.ReplyCode == PreconditionFailed)
            {
                // It is not an older daemon's, but what somebody wants it to be.
            }
        }

        async Task BindAsync(string queue, string exchange, string key, Dictionary<string, object?>? arguments = null)
        {
            await using var binder = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await binder.QueueBindAsync(queue, exchange, key, arguments, cancellationToken: cancellationToken);
        }

        Task QueueAsync(string name, Dictionary<string, object?> arguments) =>
            declaration.QueueAsync(connection, name, durable: true, arguments, cancellationToken);
    }

    /// <summary>Commands that waited for a host until their deadline, and with them what hosts asked one that was away.</summary>
    private static Dictionary<string, object?> Expired() => new() { ["x-match"] = "all-with-x", ["x-first-death-reason"] = "expired" };

    /// <summary>What a host puts aside, and what has come back too often; not what has expired.</summary>
    private static Dictionary<string, object?> DeadLetters() => new()
    {
        ["x-match"] = "any-with-x",
        ["x-first-death-reason"] = "delivery_limit",
        [FleetHeaders.Reason] = null, // whatever it says
    };

    private static Dictionary<string, object?> KeptQueue() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-message-ttl"] = WeekMilliseconds,
        ["x-max-length"] = DeadLettersKept,
    };

    private static Dictionary<string, object?> CommandQueue() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = AmqpRoutes.DeadLetterExchange,
    };
}

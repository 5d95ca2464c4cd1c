using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging;

/// <summary>The queues by which clients of the first two protocols send commands. All hosts take from each of them.</summary>
/// <param name="commands">Every command's name.</param>
/// <param name="declaration">Declares, or takes what is there as it is.</param>
internal sealed class Topology(IEnumerable<string> commands, Declaration declaration)
{
    /// <summary>Nobody waits that long: what was sent while no daemon was there must not take effect hours later.</summary>
    private const int MaxWaitMilliseconds = 10_000;

    /// <summary>Sees to it that all of it is there.</summary>
    /// <returns>The queues to consume from.</returns>
    /// <exception cref="OperationInterruptedException">The broker does not let us.</exception>
    public async Task<IReadOnlyList<string>> DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await QueueAsync(AmqpRoutes.CommandQueue, []);
        await declaration.ExchangeAsync(connection, AmqpRoutes.Exchange, ExchangeType.Direct, durable: false, cancellationToken);
        await QueueAsync(AmqpRoutes.CompetingQueue, []);
        await QueueAsync(AmqpRoutes.SharedQueue, new() { ["x-message-ttl"] = MaxWaitMilliseconds });

        await using var binder = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var command in commands)
        {
            var queue = command == CommandNames.CreateVm ? AmqpRoutes.CompetingQueue : AmqpRoutes.SharedQueue;
            await binder.QueueBindAsync(queue, AmqpRoutes.Exchange, command, cancellationToken: cancellationToken);
        }

        return [AmqpRoutes.CommandQueue, AmqpRoutes.CompetingQueue, AmqpRoutes.SharedQueue];

        Task QueueAsync(string name, Dictionary<string, object?> arguments) =>
            declaration.QueueAsync(connection, name, durable: false, arguments, cancellationToken);
    }
}

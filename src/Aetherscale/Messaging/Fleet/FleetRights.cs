using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// Does once, at the start of a connection, what this host must be let do later. A right that is missing is told then, in the broker's words;
/// later it would cost the connection, again and again.
/// </summary>
internal static class FleetRights
{
    /// <summary>No queue has this name.</summary>
    private const string Nobody = "aetherscale.nobody";

    public static async Task TryAsync(IConnection connection, string host, CancellationToken cancellationToken)
    {
        await using var writer = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        foreach (var (exchange, key) in new[]
        {
            ("", Nobody),
            (AmqpRoutes.VmExchange, Nobody),
            (AmqpRoutes.HostExchange, AmqpRoutes.AskQueue(host)), // which is not there yet
            (AmqpRoutes.AskExchange, Nobody), // comes to all, and asks nothing
            (AmqpRoutes.EventExchange, FleetEvents.Key(host, FleetEvents.Here)),
        })
        {
            await writer.BasicPublishAsync(exchange, key, mandatory: false, new BasicProperties(), ReadOnlyMemory<byte>.Empty, cancellationToken);
        }

        // A lock that no VM's id or name makes.
        var taken = await DeclareAsync(AmqpRoutes.Lock($".{host}"));
        await writer.QueueDeleteAsync(taken, cancellationToken: cancellationToken);

        // The queue of a stream of bytes, or of somebody who watches; to empty it takes the same right as to read it.
        var stream = await DeclareAsync("");
        await writer.QueueBindAsync(stream, AmqpRoutes.EventExchange, FleetWatch.EventsOfVms, cancellationToken: cancellationToken);
        await writer.QueuePurgeAsync(stream, cancellationToken);
        await writer.QueueDeleteAsync(stream, cancellationToken: cancellationToken);

        async Task<string> DeclareAsync(string name) =>
            (await writer.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken)).QueueName;
    }
}

using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Hears what happens to the VMs of all hosts.</summary>
internal static class FleetWatch
{
    public const string EventsOfVms = "vm.#";

    /// <param name="link">The way to the other hosts.</param>
    /// <param name="take">Takes the JSON of each event, and returns soon.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Ends it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public static async Task<IAsyncDisposable> ListenAsync(FleetLink link, Action<byte[]> take, CancellationToken cancellationToken)
    {
        var channel = await link.OpenChannelAsync(cancellationToken);
        try
        {
            var queue = await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(queue.QueueName, AmqpRoutes.EventExchange, EventsOfVms, cancellationToken: cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                take(message.Body.ToArray());
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
            return channel;
        }
#pragma warning disable CA1031 // The library throws what it likes when the connection is not there any more.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await channel.DisposeAsync();
            throw error is OperationCanceledException ? error : FleetLink.Lost(error);
        }
    }
}

using Aetherscale.Commands;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Hears what happens to the VMs of all hosts, and which hosts could not be heard for a while.</summary>
internal static class FleetWatch
{
    public const string EventsOfVms = "vm.#";
    public const string EventsOfHosts = "host.#";

    /// <param name="link">The way to the other hosts.</param>
    /// <param name="take">Takes each event, and the end where there will be no more; returns soon.</param>
    /// <param name="time">For when a host was there again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Ends it.</returns>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>: the broker went away.</exception>
    public static async Task<IAsyncDisposable> ListenAsync(FleetLink link, Action<StreamFrame> take, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = await link.OpenChannelAsync(cancellationToken);
        try
        {
            var queue = await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
            foreach (var key in new[] { EventsOfVms, EventsOfHosts })
            {
                await channel.QueueBindAsync(queue.QueueName, AmqpRoutes.EventExchange, key, cancellationToken: cancellationToken);
            }

            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) => Done(() => Hear(message, take, time));
            consumer.UnregisteredAsync += (_, _) => Done(() => take(Lost()));
            channel.ChannelShutdownAsync += (_, _) => Done(() => take(Lost()));
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

    private static void Hear(BasicDeliverEventArgs message, Action<StreamFrame> take, TimeProvider time)
    {
        if (FleetEvents.Read(message.RoutingKey) is not { } told)
        {
            take(new StreamFrame(StreamFrames.Event, message.Body.ToArray()));
        }
        else if (told.What == FleetEvents.Here && message.BasicProperties.Text(FleetHeaders.IsBack) is not null)
        {
            take(StreamFrame.Missed(Quoted.Plain(told.Host), time.GetUtcNow()));
        }
    }

    private static StreamFrame Lost() =>
        StreamFrame.End(StreamEnd.BrokerLost, "this host does not hear of the others' VMs any more, because its way to the broker was cut; what followed was not sent");

    private static Task Done(Action work)
    {
        work();
        return Task.CompletedTask;
    }
}

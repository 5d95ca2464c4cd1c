using System.Globalization;
using System.Text;
using Aetherscale.Contract;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Which host has an id or a name: a message by <see cref="AmqpRoutes.VmExchange"/> finds it, and it says whether it has it still.</summary>
internal sealed class KeyHolders(FleetHost me, TimeProvider time)
{
    /// <summary>A holder that does not answer within the patience is away, and has what it has.</summary>
    public async Task<Holder> OfAsync(FleetLink link, string key, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var inquiry = link.Expect();
        var probe = new BasicProperties
        {
            Type = FleetMessage.Probe,
            ReplyTo = link.ReplyQueue,
            CorrelationId = inquiry.Id,
            Expiration = ((long)patience.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        };
        if (!await link.SendAsync(AmqpRoutes.VmExchange, key, probe, Encoding.UTF8.GetBytes(key), cancellationToken))
        {
            return Holder.Nobody;
        }

        var answer = await inquiry.NextAsync(patience, time, cancellationToken);
        if (answer is null && !link.IsOpen)
        {
            throw FleetLink.Lost(null);
        }

        return answer?.Type == FleetMessage.No ? Holder.Nobody
            : answer?.Host == me.Name ? Holder.ThisHost
            : Holder.Another;
    }
}

internal enum Holder
{
    Nobody,
    ThisHost,
    Another,
}

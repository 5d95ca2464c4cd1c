using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using RabbitMQ.Client;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What each host last said of its VMs: the one message in its inventory queue, which is there while the host is not.</summary>
internal sealed class Inventories(FleetHost me, TimeProvider time)
{
    /// <summary>Two who look at the same instant take turns.</summary>
    private const int Attempts = 5;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Puts this host's in the place of the last.</summary>
    /// <param name="link">The way to the broker.</param>
    /// <param name="reply">What <c>list-vms</c> answers here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>reply-too-large</c>.</exception>
    public Task WriteAsync(FleetLink link, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken) => link.SendLongAsync(
        AmqpRoutes.HostExchange, AmqpRoutes.InventoryQueue(me.Name), new BasicProperties { Persistent = true, ContentType = "application/json" }, reply, cancellationToken);

    /// <returns>No rows where there is no inventory, or it cannot be read now.</returns>
    public async Task<IReadOnlyList<VmSummary>> ReadAsync(FleetLink link, string host, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await using var channel = await link.OpenChannelAsync(cancellationToken);
            try
            {
                if (await channel.BasicGetAsync(AmqpRoutes.InventoryQueue(host), autoAck: false, cancellationToken) is { } message)
                {
                    IReadOnlyList<VmSummary> rows = message.Exchange == AmqpRoutes.HostExchange ? Read(message.Body.Span) : [];
                    await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, cancellationToken);
                    return rows;
                }
            }
            catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
            {
                return [];
            }

            await Task.Delay(s_pause, time, cancellationToken);
        }

        return [];
    }

    private static IReadOnlyList<VmSummary> Read(ReadOnlySpan<byte> reply)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize(reply, ContractJson.Tolerant.ReplyEnvelope);
            return envelope?.Response?.Deserialize(ContractJson.Tolerant.IReadOnlyListVmSummary) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

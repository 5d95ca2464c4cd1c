using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What each host last said of its VMs: the last message in its inventory, which is there while the host is not.</summary>
/// <remarks>
/// An inventory is a stream: a broker of several nodes has it at each of them, and reading takes nothing away. A classic queue of one message is away with its node, which is the host's
/// neighbour as often as not; a quorum queue keeps thousands of messages that nobody will read in its log.
/// </remarks>
internal sealed class Inventories(FleetHost me, TimeProvider time)
{
    /// <summary>A broker throws away what is older than so much. It throws away the last message, too, where that is longer.</summary>
    private const long KeptBytes = 8_000_000;

    /// <summary>It throws away as much at a time, and there is always one more.</summary>
    private const int PieceBytes = 1_000_000;

    /// <summary>Of some 25,000 VMs. A longer one is not written.</summary>
    private const int MaxBytes = 6_000_000;

    private const ushort NotFound = 404;

    /// <summary>An inventory that nobody has written to answers nothing.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>While a node of the broker dies, the others elect who has the stream, and nobody can read it.</summary>
    private static readonly TimeSpan s_election = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.25);

    /// <summary>The arguments that its queue is declared with.</summary>
    public static Dictionary<string, object?> Arguments => new()
    {
        ["x-queue-type"] = "stream",
        ["x-max-length-bytes"] = KeptBytes,
        ["x-stream-max-segment-size-bytes"] = PieceBytes,
    };

    /// <summary>Those that an older daemon declared it with. Only a queue of these is replaced.</summary>
    public static Dictionary<string, object?> OlderArguments => new() { ["x-max-length"] = 1 };

    /// <summary>Puts this host's in the place of the last.</summary>
    /// <param name="link">The way to the broker.</param>
    /// <param name="reply">What <c>list-vms</c> answers here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException"><c>no-fleet</c>, or <c>reply-too-large</c>.</exception>
    public Task WriteAsync(FleetLink link, ReadOnlyMemory<byte> reply, CancellationToken cancellationToken) => reply.Length > MaxBytes
        ? throw new AetherscaleException(ErrorCodes.ReplyTooLarge, $"An inventory has at most {MaxBytes} bytes, and this one has {reply.Length}.")
        : link.SendLongAsync(
            AmqpRoutes.HostExchange, AmqpRoutes.InventoryQueue(me.Name), new BasicProperties { Persistent = true, ContentType = "application/json" }, reply, cancellationToken);

    /// <returns>No rows where there is no inventory, or it cannot be read now.</returns>
    public async Task<IReadOnlyList<VmSummary>> ReadAsync(FleetLink link, string host, CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); link.IsOpen && time.GetElapsedTime(began) < s_election; await Task.Delay(s_pause, time, cancellationToken))
        {
            if (await TryReadAsync(link, host, cancellationToken) is { } rows)
            {
                return rows;
            }
        }

        return [];
    }

    /// <returns>Null: it cannot be read now.</returns>
    private async Task<IReadOnlyList<VmSummary>?> TryReadAsync(FleetLink link, string host, CancellationToken cancellationToken)
    {
        var rows = new TaskCompletionSource<IReadOnlyList<VmSummary>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await link.OpenChannelAsync(cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            rows.TrySetResult(message.Exchange == AmqpRoutes.HostExchange ? Read(message.Body.Span) : []);
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => EndAsync();
        channel.ChannelShutdownAsync += (_, _) => EndAsync();
        try
        {
            await channel.BasicQosAsync(0, 1, global: false, cancellationToken);
            await channel.BasicConsumeAsync(
                AmqpRoutes.InventoryQueue(host), autoAck: false, "", noLocal: false, exclusive: false, new Dictionary<string, object?> { ["x-stream-offset"] = "last" }, consumer, cancellationToken);
            return await rows.Task.WaitAsync(s_patience, time, cancellationToken);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
        {
            return [];
        }
        catch (Exception error) when (KeyLocks.IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        Task EndAsync()
        {
            rows.TrySetResult(null);
            return Task.CompletedTask;
        }
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

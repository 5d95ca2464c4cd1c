using System.Runtime.CompilerServices;
using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Aetherscale.Messaging.Fleet;

/// <summary>What each host last said of its VMs: the last message in its inventory, which is there while the host is not.</summary>
/// <remarks>
/// An inventory is a stream: a broker of several nodes has it at each of them, and reading takes nothing away. A classic queue of one message
/// is away with its node, which is the host's neighbour as often as not; a quorum queue keeps thousands of messages that nobody will read in its log.
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

    /// <summary>
    /// The last piece of a stream, from which it is read, may have several messages: a host that got no word of one sends it again. The newest of
    /// so many is taken.
    /// </summary>
    private const ushort MostInAPiece = 16;

    /// <summary>How many are read at a time: each takes memory.</summary>
    private const int AtATime = 8;

    /// <summary>For all that are wanted at a time. While a node of the broker dies, the others elect who has a stream, and nobody can read it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.25);

    /// <summary>The first message comes with the broker's word that it sends them, or there is none.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(0.5);

    /// <summary>The others of its piece come with the first.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(50);

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
            AmqpRoutes.HostExchange,
            AmqpRoutes.InventoryQueue(me.Name),
            new BasicProperties { Persistent = true, ContentType = "application/json" },
            reply,
            cancellationToken);

    /// <summary>What hosts last said, in their order.</summary>
    /// <returns>No rows where there is no inventory, or it cannot be read now.</returns>
    public async IAsyncEnumerable<(string Host, IReadOnlyList<VmSummary> Rows)> ReadAsync(
        FleetLink link, IEnumerable<string> hosts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        foreach (var few in hosts.Chunk(AtATime))
        {
            var inventories = await Task.WhenAll(few.Select(host => ReadInTimeAsync(link, host, either.Token)));
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var one in few.Zip(inventories))
            {
                yield return one;
            }
        }
    }

    private async Task<IReadOnlyList<VmSummary>> ReadInTimeAsync(FleetLink link, string host, CancellationToken late)
    {
        try
        {
            while (link.IsOpen)
            {
                if (await TryReadAsync(link, host, late) is { } rows)
                {
                    return rows;
                }

                await Task.Delay(s_pause, time, late);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            // There is no more time for it.
        }

        return [];
    }

    /// <returns>Null: it cannot be read now.</returns>
    private async Task<IReadOnlyList<VmSummary>?> TryReadAsync(FleetLink link, string host, CancellationToken cancellationToken)
    {
        using var said = new Inquiry(host, _ => { });
        await using var channel = await link.OpenChannelAsync(cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            if (message.Exchange == AmqpRoutes.HostExchange)
            {
                said.Add(new Answer(null, host, null, message.Body.ToArray()));
            }

            return Task.CompletedTask;
        };
        var isBroken = false;
        consumer.UnregisteredAsync += (_, _) => EndAsync();
        channel.ChannelShutdownAsync += (_, _) => EndAsync();
        try
        {
            await channel.BasicQosAsync(0, MostInAPiece, global: false, cancellationToken);
            var last = new Dictionary<string, object?> { ["x-stream-offset"] = "last" };
            await channel.BasicConsumeAsync(
                AmqpRoutes.InventoryQueue(host), autoAck: false, "", noLocal: false, exclusive: false, last, consumer, cancellationToken);
            var newest = await said.NextAsync(s_silence, time, cancellationToken);
            for (var next = newest; next is not null; next = await said.NextAsync(s_rest, time, cancellationToken))
            {
                newest = next;
            }

            return newest is not null ? Read(newest.Body.Span) : Volatile.Read(ref isBroken) ? null : [];
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
            Volatile.Write(ref isBroken, true);
            said.End();
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

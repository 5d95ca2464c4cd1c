using System.Security.Cryptography;
using System.Text;
using Aetherscale.Contract;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging.Fleet;

/// <summary>
/// A host's turn to take many names. A lock on each would cost the broker more than all else, so there is one for all of them, and whoever
/// takes a single name asks its holder whether that is among them.
/// </summary>
/// <remarks>
/// Neither misses the other: who takes one name has its lock before he asks, and who takes many has this queue before he looks for locks.
/// </remarks>
internal sealed class ClaimTurn : IAsyncDisposable
{
    private const int PauseMilliseconds = 50;
    private const int MorePauseMilliseconds = 200;

    /// <summary>A question that came to the very end of a turn has no answer: it is asked again.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly IChannel _channel;

    private ClaimTurn(IChannel channel) => _channel = channel;

    /// <summary>Waits for its turn, however long others take.</summary>
    public static async Task<ClaimTurn> TakeAsync(
        FleetLink link, KeyLocks locks, IReadOnlySet<string> names, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Looked for first: a refusal costs the broker a channel, and a line in its log.
            if (!await link.SendAsync("", AmqpRoutes.ManyLock, new BasicProperties(), ReadOnlyMemory<byte>.Empty, cancellationToken)
                && await locks.TryTakeAsync(link, AmqpRoutes.ManyLock, autoDelete: true, cancellationToken) is { } channel)
            {
                var turn = new ClaimTurn(channel);
                await turn.AnswerAsync(names, cancellationToken);
                return turn;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(PauseMilliseconds + RandomNumberGenerator.GetInt32(MorePauseMilliseconds)), time, cancellationToken);
        }
    }

    /// <summary>Whether the name may be among those that another host is taking now.</summary>
    public static async Task<bool> IncludesAsync(FleetLink link, string name, TimeProvider time, CancellationToken cancellationToken)
    {
        using var inquiry = link.Expect();
        var question = new BasicProperties { Type = FleetMessage.Probe, ReplyTo = link.ReplyQueue, CorrelationId = inquiry.Id };
        return await link.SendAsync("", AmqpRoutes.ManyLock, question, Encoding.UTF8.GetBytes(name), cancellationToken)
            && (await inquiry.NextAsync(s_patience, time, cancellationToken))?.Type != FleetMessage.No;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _channel.QueueDeleteAsync(AmqpRoutes.ManyLock, cancellationToken: CancellationToken.None);
        }
        catch (Exception error) when (KeyLocks.IsLoss(error))
        {
            // The queue goes with the connection, or as soon as the broker gets to it.
        }

        await _channel.DisposeAsync();
    }

    private async Task AnswerAsync(IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (message.BasicProperties is { ReplyTo: { Length: > 0 } replyTo } question)
            {
                var answer = names.Contains(Encoding.UTF8.GetString(message.Body.Span)) ? FleetMessage.Yes : FleetMessage.No;
                var properties = new BasicProperties { Type = answer, CorrelationId = question.CorrelationId };
                await _channel.BasicPublishAsync("", replyTo, mandatory: false, properties, ReadOnlyMemory<byte>.Empty, cancellationToken);
            }
        };
        try
        {
            await _channel.BasicConsumeAsync(AmqpRoutes.ManyLock, autoAck: true, consumer, cancellationToken);
        }
        catch (Exception error)
        {
            await DisposeAsync();
            throw cancellationToken.IsCancellationRequested ? error : FleetLink.Lost(error);
        }
    }
}

using RabbitMQ.Client.Events;

namespace Aetherscale.Messaging;

/// <summary>
/// Rids the queues of messages that the broker takes and our library cannot read. It closes the connection at each, and the
/// broker, which knows of no acknowledgement, would deliver it again for ever.
/// </summary>
/// <remarks>
/// One message is fetched at a time, as any other is dealt with if it can be read. The queue whose turn it was when the
/// connection closed has such a message; by the next connection it is fetched as one that needs no acknowledgement.
/// </remarks>
internal sealed class PoisonSweep(ILogger logger)
{
    /// <summary>Where it is, and how many were fetched before it: those that are not done by then stand before it again.</summary>
    private (string Queue, int Before)? _found;

    /// <summary>Whether a session ended at such a message, and not all queues have been swept since.</summary>
    public bool IsDue { get; private set; }

    /// <summary>To be called at the end of each session.</summary>
    public void Ended(Session session) => IsDue |= session.MetUnreadable;

    /// <summary>Goes through the queues, as far as a consumer would have been served at a time.</summary>
    /// <param name="session">Nothing consumes by it yet.</param>
    /// <param name="queues">All that are consumed from.</param>
    /// <param name="take">Gets the queue, a message that can be read, and whether it is acknowledged already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerException">The session ended at such a message; the next one gets further.</exception>
    public async Task RunAsync(
        Session session, IReadOnlyList<string> queues, Action<string, BasicDeliverEventArgs, bool> take, CancellationToken cancellationToken)
    {
        foreach (var queue in queues)
        {
            if (_found is { } found && found.Queue == queue)
            {
                _found = null;
                await SweepAsync(queue, found.Before + 1, drops: true);
            }

            await SweepAsync(queue, Session.Prefetch, drops: false);
        }

        IsDue = false;

        async Task SweepAsync(string queue, int most, bool drops)
        {
            for (var fetched = 0; fetched < most; fetched++)
            {
                try
                {
                    if (await session.FetchAsync(queue, isAcknowledged: drops, cancellationToken) is not { } message)
                    {
                        return;
                    }

                    take(queue, message, drops);
                }
                catch (Exception error) when (session.MetUnreadable)
                {
                    if (drops)
                    {
                        MessagingLog.Poison(logger, queue, error.GetBaseException().Message);
                    }
                    else
                    {
                        _found = (queue, fetched);
                    }

                    throw new BrokerException($"a message in {queue} cannot be read", error) { TriesAtOnce = true };
                }
            }
        }
    }
}

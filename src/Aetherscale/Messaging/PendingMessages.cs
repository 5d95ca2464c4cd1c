namespace Aetherscale.Messaging;

/// <summary>
/// The messages that the broker may deliver again, though they were begun here: those of a lost connection. A redelivery
/// takes the place of the first delivery, and nothing runs twice.
/// </summary>
/// <remarks>
/// The same message sent twice is there twice, and each redelivery is matched with one. An acknowledgement itself is never
/// confirmed, so those count too that were acknowledged shortly before their connection was lost.
/// </remarks>
internal sealed class PendingMessages(TimeProvider time)
{
    /// <summary>Messages that are done, and are kept only because they may come again.</summary>
    public const int MaxKept = 1024;

    /// <summary>Longer than it takes to notice that a network has fallen silent.</summary>
    private static readonly TimeSpan s_acknowledgedFor = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<MessageKey, List<PendingMessage>> _messages = [];
    private readonly Queue<PendingMessage> _kept = [];

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _messages.Values.Sum(list => list.Count);
            }
        }
    }

    public void Add(PendingMessage message)
    {
        lock (_gate)
        {
            if (!_messages.TryGetValue(message.Key, out var list))
            {
                _messages[message.Key] = list = [];
            }

            list.Add(message);
        }
    }

    /// <summary>The message that is delivered again here, with this as its delivery from now on; null when there is none.</summary>
    /// <param name="key">The delivered message's.</param>
    /// <param name="delivery">Of a message that the broker says it has delivered before.</param>
    public PendingMessage? TakeOver(MessageKey key, Delivery delivery)
    {
        lock (_gate)
        {
            var lost = _messages.GetValueOrDefault(key)?
                .Where(message => message.Delivery.Session != delivery.Session && MayComeAgain(message))
                .MinBy(message => message.AcknowledgedAt is null ? 0 : 1);
            if (lost is not null)
            {
                lost.Delivery = delivery;
                lost.AcknowledgedAt = null;
            }

            return lost;
        }
    }

    /// <summary>
    /// What came in by the session may come again however long the way to the broker stays closed: the acknowledgements that it
    /// was given last may have gone to a network that had fallen silent.
    /// </summary>
    public void SessionEnded(int session)
    {
        lock (_gate)
        {
            foreach (var message in _messages.Values.SelectMany(list => list).Where(message => message.Delivery.Session == session))
            {
                message.AcknowledgedAt = MayComeAgain(message) ? null : message.AcknowledgedAt;
            }
        }
    }

    /// <summary>Those that the broker has not delivered again by now are gone, or another daemon's.</summary>
    /// <param name="session">The open one, for some minutes.</param>
    public void SessionSettled(int session)
    {
        lock (_gate)
        {
            var current = _kept.Where(message => message.Delivery.Session >= session).ToList();
            foreach (var message in _kept.Where(message => message.Delivery.Session < session))
            {
                Forget(message);
            }

            _kept.Clear();
            current.ForEach(_kept.Enqueue);
        }
    }

    /// <summary>Nothing is left to be done for it but the acknowledgement.</summary>
    public void Done(PendingMessage message)
    {
        lock (_gate)
        {
            message.IsDone = true;
            Keep(message);
        }
    }

    /// <summary>Whether the message's latest delivery is to be acknowledged now: true once for each.</summary>
    /// <param name="message">One of these.</param>
    /// <param name="session">The open one. What came in by another cannot be acknowledged any more: it comes again.</param>
    /// <param name="tag">What to acknowledge.</param>
    public bool TryAcknowledge(PendingMessage message, int session, out ulong tag)
    {
        lock (_gate)
        {
            tag = message.Delivery.Tag;
            if (message.AcknowledgedAt is not null || message.Delivery.Session != session)
            {
                return false;
            }

            message.AcknowledgedAt = time.GetTimestamp();
            return true;
        }
    }

    private bool MayComeAgain(PendingMessage message) =>
        message.AcknowledgedAt is not { } since || time.GetElapsedTime(since) < s_acknowledgedFor;

    private void Keep(PendingMessage message)
    {
        _kept.Enqueue(message);
        while (_kept.Count > MaxKept || (_kept.TryPeek(out var oldest) && !MayComeAgain(oldest)))
        {
            Forget(_kept.Dequeue());
        }
    }

    private void Forget(PendingMessage message)
    {
        var list = _messages[message.Key];
        list.Remove(message);
        if (list.Count == 0)
        {
            _messages.Remove(message.Key);
        }
    }
}

namespace Aetherscale.Messaging;

/// <summary>A message that was begun, and whose acknowledgement the broker may not have.</summary>
/// <param name="key">What tells it from others.</param>
/// <param name="requester">Who sent it, for the log; no more of them, for they hold their session.</param>
/// <param name="delivery">Where it came in.</param>
internal sealed class PendingMessage(MessageKey key, string requester, Delivery delivery)
{
    public MessageKey Key => key;

    public string Requester => requester;

    /// <summary>Its latest delivery. Changed by <see cref="PendingMessages"/> alone.</summary>
    public Delivery Delivery { get; set; } = delivery;

    /// <summary>Nothing but the acknowledgement is left to be done.</summary>
    public bool IsDone { get; set; }

    /// <summary>When the acknowledgement was handed to the connection, which may have been lost then; null before.</summary>
    public long? AcknowledgedAt { get; set; }
}

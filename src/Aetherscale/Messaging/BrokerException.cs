namespace Aetherscale.Messaging;

/// <summary>There is no way to the broker at present; the message says why, to follow a colon.</summary>
internal sealed class BrokerException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Waiting will do: the broker or the way to it is gone. Otherwise somebody has to set something right.</summary>
    public bool IsAway { get; init; }

    /// <summary>It has been found out what to do by the next connection.</summary>
    public bool TriesAtOnce { get; init; }
}

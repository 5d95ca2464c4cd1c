namespace Aetherscale.Contract.Streams;

/// <summary>The messages that a stream of bytes is carried in; each name is the message's AMQP <c>type</c>.</summary>
public static class StreamMessage
{
    /// <summary>Up to <see cref="MaxDataBytes"/> bytes, as they are. Its sender must have credit for them.</summary>
    public const string Data = "data";

    /// <summary>So many more bytes may be sent: a decimal number. Each side begins with <see cref="Window"/>.</summary>
    public const string Credit = "credit";

    /// <summary>No more data will come; the other direction goes on.</summary>
    public const string End = "end";

    /// <summary>The sender has gone, and reads no more. Without an <see cref="End"/> before it, something was cut off.</summary>
    public const string Close = "close";

    /// <summary>Says nothing. That it cannot be delivered tells its sender that the receiver is no more.</summary>
    public const string Ping = "ping";

    /// <summary>The longest <see cref="Data"/>, in bytes.</summary>
    public const int MaxDataBytes = 64 * 1024;

    /// <summary>How many bytes may be on their way in one direction: as much memory as a slow reader costs, in the broker or here.</summary>
    public const int Window = 1024 * 1024;

    /// <summary>A receiver that vanished is noticed after so long, however quiet the stream is.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);
}

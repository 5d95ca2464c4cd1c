namespace Aetherscale.Contract;

/// <summary>The types (<c>event:</c>) of server-sent events. A comment comes every <see cref="HeartbeatSeconds"/> at least.</summary>
public static class StreamFrames
{
    /// <summary>What happened to a VM: a <see cref="Commands.VmEvent"/>.</summary>
    public const string Event = "vm-event";

    /// <summary>There is a gap in the events of all hosts: a <see cref="Commands.MissedEvents"/>.</summary>
    public const string Missed = "missed";

    /// <summary>A line of a log: a <see cref="Commands.VmLogLine"/>.</summary>
    public const string Log = "log";

    /// <summary>How far an import is: a <see cref="Commands.ImportProgress"/>.</summary>
    public const string Progress = "progress";

    /// <summary>What a command that is followed came to: a <see cref="ReplyEnvelope"/>, and the last frame.</summary>
    public const string Reply = "reply";

    /// <summary>The last one: a <see cref="StreamEnd"/>. A stream that ends without it was cut off.</summary>
    public const string End = "end";

    /// <summary>So often something is sent, if only a comment.</summary>
    public const int HeartbeatSeconds = 10;
}

/// <summary>Why a stream ends.</summary>
public sealed record StreamEnd
{
    /// <summary>The VM was deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>The reader did not keep up, and has missed something from here on.</summary>
    public const string TooSlow = "too-slow";

    /// <summary>The daemon does not hear of other hosts any more.</summary>
    public const string BrokerLost = "broker-lost";

    /// <summary>The daemon is stopping.</summary>
    public const string Stopping = "stopping";

    /// <summary>One of the above.</summary>
    public required string Code { get; init; }

    /// <summary>The same for people.</summary>
    public required string Reason { get; init; }
}

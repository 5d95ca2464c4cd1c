namespace Aetherscale.Contract.Commands;

/// <summary>A gap in the events of all hosts: one of them was away from the broker, and is there again.</summary>
public sealed record MissedEvents
{
    /// <summary>What stands in <see cref="Event"/>.</summary>
    public const string Word = "missed";

    /// <summary>In the place of a VM's event.</summary>
    public string Event { get; init; } = Word;

    /// <summary>The host: what happened to its VMs before this may not have been told.</summary>
    public required string Host { get; init; }

    /// <summary>When it was there again.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The same for people.</summary>
    public required string Text { get; init; }
}

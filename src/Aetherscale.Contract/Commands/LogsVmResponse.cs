namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>logs-vm</c>.</summary>
public sealed record LogsVmResponse
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The lines, the oldest first.</summary>
    public required IReadOnlyList<VmLogLine> Lines { get; init; }
}

/// <summary>A line of a log.</summary>
public sealed record VmLogLine
{
    /// <summary>When it was written; absent for the console.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Who wrote it: <c>aetherscale</c> (what happened to the VM), <c>systemd</c>, QEMU's program, or <c>console</c>.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// The line as it was written, without its end: it may hold anything. In a stream of the console it is a piece of what the
    /// guest printed, line ends and all.
    /// </summary>
    public required string Text { get; init; }
}

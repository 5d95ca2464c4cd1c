namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>why-vm</c>: one sentence, and what it rests on.</summary>
public sealed record WhyVmResponse
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>One of <see cref="Contract.VmStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why the status is what it is, as <c>list-vms</c> tells it.</summary>
    public string? Hint { get; init; }

    /// <summary>What happened, in a sentence for people.</summary>
    public required string Why { get; init; }

    /// <summary>The last that happened, the oldest first; empty when nothing is known.</summary>
    public required IReadOnlyList<VmEvent> Events { get; init; }

    /// <summary>True where more happened before these, which <c>logs-vm</c> tells; absent where it is all.</summary>
    public bool? EarlierEvents { get; init; }

    /// <summary>What systemd says of the unit now; absent when it has not loaded it.</summary>
    public WhyVmUnit? Unit { get; init; }

    /// <summary>The last lines of the guest's serial console.</summary>
    public required IReadOnlyList<string> Console { get; init; }

    /// <summary>The last lines of the unit in the journal: QEMU's and systemd's.</summary>
    public required IReadOnlyList<VmLogLine> Log { get; init; }

    /// <summary>What was kept of its last crash.</summary>
    public VmCrashBundle? Bundle { get; init; }
}

/// <summary>What systemd says of a VM's unit, in its own words.</summary>
public sealed record WhyVmUnit
{
    /// <summary>The unit's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>ActiveState</c>.</summary>
    public required string ActiveState { get; init; }

    /// <summary><c>SubState</c>.</summary>
    public required string SubState { get; init; }

    /// <summary><c>Result</c> of the last run.</summary>
    public required string Result { get; init; }

    /// <summary>How its last main process ended: <c>exited</c>, <c>killed</c> or <c>dumped</c>; absent while it runs.</summary>
    public string? ExecMainCode { get; init; }

    /// <summary>Its exit status, or the signal; absent while it runs.</summary>
    public int? ExecMainStatus { get; init; }

    /// <summary>How often systemd has started it again since the last start by hand.</summary>
    public required int Restarts { get; init; }

    /// <summary>Whether the kernel killed it for want of memory.</summary>
    public required bool OomKilled { get; init; }
}

namespace Aetherscale.VirtualMachines.History;

/// <summary>What one QEMU has told of its guest's end so far.</summary>
internal sealed record QmpStory
{
    /// <summary>Somebody has pressed the power button: the unit's ExecStop, as a rule.</summary>
    public bool PowerButton { get; init; }

    /// <summary>The reason of its SHUTDOWN event: <c>guest-shutdown</c>, <c>host-signal</c>, <c>host-qmp-quit</c>, <c>guest-panic</c> …</summary>
    public string? ShutdownReason { get; init; }

    /// <summary>Whether the guest caused it.</summary>
    public bool ByGuest { get; init; }

    /// <summary>The guest's kernel told of its panic.</summary>
    public bool Panicked { get; init; }

    /// <summary>The host's error at the guest's disk, in the C library's words.</summary>
    public string? DiskError { get; init; }
}

/// <summary>What QEMU told of a guest that goes on.</summary>
/// <param name="Kind">Paused, resumed or rebooted.</param>
/// <param name="Reason">QEMU's word: its run state, or why it was reset.</param>
/// <param name="Story">What was told before.</param>
internal sealed record QmpTold(TransitionKind Kind, string? Reason, QmpStory Story);

using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Everything that a VM's state is told from, gathered at one moment.</summary>
internal sealed record VmFacts
{
    /// <summary>Its tombstone stands.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>What is wrong with its vm.json; null when nothing is.</summary>
    public string? SpecProblem { get; init; }

    public required bool HasUnitFile { get; init; }

    public required bool HasDisk { get; init; }

    /// <summary>What systemd says; inactive when it has not loaded the unit.</summary>
    public UnitActiveState Active { get; init; } = UnitActiveState.Inactive;

    public UnitSubState Sub { get; init; } = UnitSubState.Dead;

    /// <summary>Why the unit's last run ended; unknown unless it failed.</summary>
    public ServiceResult Result { get; init; }

    /// <summary>How often systemd has started it again since the last start by a user; 0 unless it failed.</summary>
    public int Restarts { get; init; }

    /// <summary>Whether systemd starts it again after any end, a power-off included.</summary>
    public bool RestartsAlways { get; init; }

    /// <summary>What QEMU last said.</summary>
    public GuestState Guest { get; init; }

    /// <summary>Whether QEMU has not answered in time, so that what it last said may be out of date.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Why the guest is paused, in QEMU's word (RunState), such as <c>io-error</c>.</summary>
    public string? PauseReason { get; init; }
}

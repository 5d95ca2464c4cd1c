namespace Aetherscale.VirtualMachines;

/// <summary>What QEMU last said of the guest.</summary>
internal enum GuestState
{
    /// <summary>QEMU has not been asked, or does not answer.</summary>
    Unknown,

    /// <summary>The guest's CPUs run.</summary>
    Running,

    /// <summary>The guest's CPUs stand still.</summary>
    Paused,

    /// <summary>The guest has powered off or is being reset; QEMU is about to follow.</summary>
    ShutDown,
}

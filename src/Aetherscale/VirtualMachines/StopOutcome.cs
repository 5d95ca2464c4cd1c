namespace Aetherscale.VirtualMachines;

/// <summary>How a VM came to rest.</summary>
internal enum StopOutcome
{
    /// <summary>The guest shut itself down.</summary>
    ShutDown,

    /// <summary>QEMU was ended because somebody asked for it.</summary>
    Killed,

    /// <summary>QEMU was ended because the guest did not shut down in time.</summary>
    KilledAfterGrace,

    /// <summary>It had ended already, and systemd was about to start it again.</summary>
    WaitedForRestart,

    /// <summary>It did not run.</summary>
    WasNotRunning,
}

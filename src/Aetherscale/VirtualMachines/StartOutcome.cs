namespace Aetherscale.VirtualMachines;

/// <summary>What a start brought about.</summary>
internal enum StartOutcome
{
    /// <summary>QEMU was started, and has greeted.</summary>
    Started,

    /// <summary>It ran already.</summary>
    WasRunning,

    /// <summary>It was paused, and goes on.</summary>
    Resumed,
}

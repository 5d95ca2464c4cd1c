namespace Aetherscale.VirtualMachines;

/// <summary>What decides whether a VM starts when the host boots.</summary>
internal enum AutostartPolicy
{
    /// <summary>It starts when it was meant to run before.</summary>
    LastState,

    /// <summary>It starts, also after it was stopped.</summary>
    Always,

    /// <summary>It does not start, also when it ran before.</summary>
    Never,
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>restart-vm</c>.</summary>
public sealed record RestartVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>Answer when the VM runs again (true, or absent) or as soon as its restart will happen (false).</summary>
    public bool? Wait { get; init; }

    /// <summary>Seconds until a guest that does not shut down is killed; at most the daemon's <c>stop-grace-seconds</c>.</summary>
    public int? Timeout { get; init; }

    /// <summary>Do not ask the guest: reset its machine, as by the reset button. QEMU runs on.</summary>
    public bool Hard { get; init; }
}

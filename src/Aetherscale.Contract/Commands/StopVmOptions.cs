namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>stop-vm</c>.</summary>
public sealed record StopVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>Answer when the guest is down (true) or at once (false); absent: as the front door sees fit.</summary>
    public bool? Wait { get; init; }

    /// <summary>Seconds until a guest that does not obey is killed; at most the daemon's <c>stop-grace-seconds</c>.</summary>
    public int? Timeout { get; init; }

    /// <summary>Do not ask the guest: end QEMU at once.</summary>
    public bool Kill { get; init; }
}

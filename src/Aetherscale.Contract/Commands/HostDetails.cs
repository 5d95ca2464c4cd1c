namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>show-host</c>.</summary>
public sealed record HostDetails : HostSummary
{
    /// <summary>MiB that are free on the file system of its VMs' disks.</summary>
    public long? DiskFree { get; init; }

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string? Accelerator { get; init; }

    /// <summary>When its daemon started, in UTC.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>Commands that came after their deadline and were dropped, since the daemon started.</summary>
    public long? Expired { get; init; }

    /// <summary>Commands that wait in the host's queue for it to take them.</summary>
    public long? Waiting { get; init; }
}

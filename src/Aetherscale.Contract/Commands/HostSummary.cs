namespace Aetherscale.Contract.Commands;

/// <summary>One row of <c>list-hosts</c>. What only the host itself could tell is absent while it does not answer.</summary>
public record HostSummary
{
    /// <summary>The host's name, as all of the fleet knows it.</summary>
    public required string Host { get; init; }

    /// <summary>One of <see cref="HostStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The daemon's version.</summary>
    public string? Version { get; init; }

    /// <summary>What the host says of itself, for <c>create-vm</c>'s <c>labels</c>: words, or <c>key=value</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Virtual CPUs that VMs may have in all.</summary>
    public int? Cpus { get; init; }

    /// <summary>Virtual CPUs that the VMs there have, running or not, with those being made.</summary>
    public int? CpusUsed { get; init; }

    /// <summary>MiB of memory that VMs may have in all.</summary>
    public long? Memory { get; init; }

    /// <summary>MiB of memory that the VMs there have.</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>MiB of disk that VMs may have in all, by the sizes that guests see.</summary>
    public long? Disk { get; init; }

    /// <summary>MiB of disk that the VMs there have.</summary>
    public long? DiskUsed { get; init; }

    /// <summary>How many VMs are there.</summary>
    public int? Vms { get; init; }

    /// <summary>When the host was last heard of, in UTC; for one that answers, now.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}

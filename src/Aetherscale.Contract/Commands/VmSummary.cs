namespace Aetherscale.Contract.Commands;

/// <summary>One row of <c>list-vms</c>. What a broken VM's spec no longer tells is absent.</summary>
public record VmSummary
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The host that has it; absent where the daemon has no broker.</summary>
    public string? Host { get; init; }

    /// <summary>One of <see cref="Contract.VmStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why the status is what it is, where that is not plain.</summary>
    public string? Hint { get; init; }

    /// <summary>The IPv4 address that the VM's network leases to it.</summary>
    public string? Address { get; init; }

    /// <summary>The image that its disk stands on.</summary>
    public string? Image { get; init; }

    /// <summary>Virtual CPUs.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int? Memory { get; init; }

    /// <summary>Whether it is started when the host boots.</summary>
    public bool? Autostart { get; init; }

    /// <summary>What decides that: <c>always</c>, <c>never</c> or <c>last-state</c>; in a list, absent for the last of these.</summary>
    public string? AutostartPolicy { get; init; }
}

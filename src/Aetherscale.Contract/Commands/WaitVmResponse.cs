namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>wait-vm</c>: the VM is there.</summary>
public sealed record WaitVmResponse
{
    /// <summary>One of <see cref="Contract.VmStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The IPv4 address that the VM's network leases to it.</summary>
    public string? Address { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>create-vm</c>.</summary>
public sealed record CreateVmOptions
{
    /// <summary>The name of a base image in the store.</summary>
    public required string Image { get; init; }

    /// <summary>A name for the VM: a lower-case letter, then up to 62 lower-case letters, digits or hyphens.</summary>
    public string? Name { get; init; }

    /// <summary>Virtual CPUs; the daemon's <c>default-cpus</c> when absent.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory in MiB; the daemon's <c>default-memory-mib</c> when absent.</summary>
    public int? Memory { get; init; }

    /// <summary>Make the VM, but do not start it.</summary>
    public bool NoStart { get; init; }
}

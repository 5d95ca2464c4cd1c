namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>logs-vm</c>.</summary>
public sealed record LogsVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>What the guest printed on its serial console, instead of what QEMU and its unit said.</summary>
    public bool Console { get; init; }

    /// <summary>The last so many lines; 100 when absent.</summary>
    public int? Lines { get; init; }

    /// <summary>No older lines than this (RFC 3339). Not for the console, whose lines have no time.</summary>
    public string? Since { get; init; }
}

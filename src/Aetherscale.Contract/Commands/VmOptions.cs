namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>start-vm</c>, <c>delete-vm</c>, <c>show-vm</c> and <c>why-vm</c>.</summary>
public sealed record VmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of the commands that are told nothing but the VM.</summary>
public sealed record VmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>show-vm</c>.</summary>
public sealed record ShowVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>Also tell what recreates it. It may hold secrets, so it is told to those only who ask for it.</summary>
    public bool? Definition { get; init; }
}

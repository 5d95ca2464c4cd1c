namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>remove-remote</c>.</summary>
public sealed record RemoveRemoteResponse
{
    /// <summary>The remote's name.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="VmStatus.Deleted"/>.</summary>
    public required string Status { get; init; }
}

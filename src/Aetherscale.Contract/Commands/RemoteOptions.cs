namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>remove-remote</c>.</summary>
public sealed record RemoteOptions
{
    /// <summary>The remote's name.</summary>
    public required string Name { get; init; }
}

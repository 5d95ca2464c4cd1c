namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>pull-image</c>.</summary>
public sealed record PullImageOptions
{
    /// <summary>Of the catalogue: <c>debian:12</c>, <c>images:alpine/3.20</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The name that it is to have in the store; without one, <c>image</c> with <c>_</c> for the colon and the slashes.</summary>
    public string? Name { get; init; }
}

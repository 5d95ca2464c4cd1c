namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>show-image</c> and <c>delete-image</c>.</summary>
public sealed record ImageOptions
{
    /// <summary>The image's name.</summary>
    public required string Name { get; init; }
}

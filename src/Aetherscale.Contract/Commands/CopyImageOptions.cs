namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>copy-image</c>.</summary>
public sealed record CopyImageOptions
{
    /// <summary>The image's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name that it is to have besides; no image may have it yet.</summary>
    public required string NewName { get; init; }
}

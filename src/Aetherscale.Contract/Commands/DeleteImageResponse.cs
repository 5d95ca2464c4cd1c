namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>delete-image</c>.</summary>
public sealed record DeleteImageResponse
{
    /// <summary>The image's name.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="VmStatus.Deleted"/>.</summary>
    public required string Status { get; init; }
}

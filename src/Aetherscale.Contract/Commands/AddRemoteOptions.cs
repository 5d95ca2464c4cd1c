namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>add-remote</c>.</summary>
public sealed record AddRemoteOptions
{
    /// <summary>The word before the colon of its images: a lower-case letter, then lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Where the simplestreams server is, by http or https.</summary>
    public required string Url { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>One row of <c>list-remotes</c>, and the answer of <c>add-remote</c>.</summary>
public sealed record RemoteSummary
{
    /// <summary>The word before the colon of its images.</summary>
    public required string Name { get; init; }

    /// <summary>The simplestreams server that is asked for what <see cref="Images"/> does not name; absent where there is none.</summary>
    public string? Url { get; init; }

    /// <summary>The images of which the catalogue says itself where they are, by the words after the colon.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>Whether all of it comes with the program.</summary>
    public required bool BuiltIn { get; init; }
}

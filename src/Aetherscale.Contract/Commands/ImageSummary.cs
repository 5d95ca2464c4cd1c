namespace Aetherscale.Contract.Commands;

/// <summary>One row of <c>list-images</c>. What is not known is absent: a file that was dropped in is read at its first use.</summary>
public record ImageSummary
{
    /// <summary>The image's name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of its file.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes of the disk that a guest sees.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>The VMs that were made from it as it is now: their names, or ids.</summary>
    public required IReadOnlyList<string> UsedBy { get; init; }

    /// <summary>Where it was imported from.</summary>
    public string? Source { get; init; }

    /// <summary><c>sha256:</c> and the file's SHA-256, once it has been read.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was imported, or its file last written.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Why it cannot be used.</summary>
    public string? Hint { get; init; }
}

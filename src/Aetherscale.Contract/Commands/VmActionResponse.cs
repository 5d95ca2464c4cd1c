namespace Aetherscale.Contract.Commands;

/// <summary>Answer of the commands that do something to one VM.</summary>
public sealed record VmActionResponse
{
    /// <summary>One of <see cref="Contract.VmStatus"/>: what the command brought about.</summary>
    public required string Status { get; init; }

    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>With <c>parked</c>: the host that is to carry the command out when it is back.</summary>
    public string? Host { get; init; }

    /// <summary>With <c>parked</c>: until when, in UTC; it is never carried out later.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Something the requester may want to know, such as that nothing had to be done.</summary>
    public string? Hint { get; init; }
}

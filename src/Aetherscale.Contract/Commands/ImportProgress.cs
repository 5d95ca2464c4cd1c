namespace Aetherscale.Contract.Commands;

/// <summary>How far an import is: a frame of its stream.</summary>
public sealed record ImportProgress
{
    /// <summary><c>waiting</c> for another pull to the same name, <c>resolving</c>, <c>downloading</c>, <c>reading</c>, <c>converting</c> or <c>checking</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Bytes that this stage has done.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes that it has to do, where that is known.</summary>
    public long? Total { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>send-image</c>, which hosts send to each other; its answer is that of <c>connect-vm</c>.</summary>
public sealed record SendImageOptions
{
    /// <summary><c>sha256:</c> and the file's SHA-256.</summary>
    public required string Digest { get; init; }

    /// <summary>The queue, on the default exchange, for the content: one that the broker named (<c>amq.gen-…</c>).</summary>
    public required string Queue { get; init; }
}

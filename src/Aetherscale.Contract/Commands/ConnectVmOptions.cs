namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>connect-vm</c>, which is for brokers; the socket has <see cref="ApiRoutes.Connect"/>.</summary>
public sealed record ConnectVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>A TCP port of the guest.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// The queue, on the default exchange, for what the guest sends: one that the broker named (<c>amq.gen-…</c>), so that it is
    /// nobody's but the requester's.
    /// </summary>
    public required string Queue { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>connect-vm</c>: the connection to the guest stands.</summary>
public sealed record ConnectVmResponse
{
    /// <summary>The queue, on the default exchange, for what the guest is to get.</summary>
    public required string Queue { get; init; }
}

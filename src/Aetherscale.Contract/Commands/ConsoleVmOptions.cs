namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>console-vm</c>, which is for brokers; the socket has <see cref="ApiRoutes.Console"/>.</summary>
public sealed record ConsoleVmOptions
{
    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>So many lines of what was printed before come first, from 0 to 200; 24 when absent.</summary>
    public int? Lines { get; init; }

    /// <summary>The queue for what the guest prints, as for <see cref="ConnectVmOptions.Queue"/>.</summary>
    public required string Queue { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>watch</c>, which is for brokers; the socket has <see cref="ApiRoutes.Events"/>.</summary>
public sealed record WatchOptions
{
    /// <summary>The VM's id or name; all VMs when absent.</summary>
    public string? VmId { get; init; }

    /// <summary>The queue for the server-sent events, as for <see cref="ConnectVmOptions.Queue"/>.</summary>
    public required string Queue { get; init; }
}

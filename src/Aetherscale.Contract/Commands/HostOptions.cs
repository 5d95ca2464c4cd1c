namespace Aetherscale.Contract.Commands;

/// <summary>Options of the commands on one host: <c>show-host</c>, <c>cordon-host</c>, <c>uncordon-host</c>, <c>forget-host</c>.</summary>
public sealed record HostOptions
{
    /// <summary>The host's name (its setting <c>host-name</c>); the host that is asked when absent.</summary>
    public string? Host { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>follow-logs</c>, which is for brokers; the socket has <see cref="ApiRoutes.Logs"/>.</summary>
public sealed record FollowLogsOptions
{
    /// <summary>What to begin with.</summary>
    public required LogsVmOptions Logs { get; init; }

    /// <summary>The queue for the server-sent events, as for <see cref="ConnectVmOptions.Queue"/>.</summary>
    public required string Queue { get; init; }
}

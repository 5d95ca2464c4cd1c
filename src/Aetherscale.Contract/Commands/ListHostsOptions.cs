namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>list-hosts</c>: none yet.</summary>
public sealed record ListHostsOptions;

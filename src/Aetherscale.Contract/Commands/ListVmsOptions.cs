namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>list-vms</c>: none yet.</summary>
public sealed record ListVmsOptions;

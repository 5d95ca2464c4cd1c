namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>list-remotes</c>: none yet.</summary>
public sealed record ListRemotesOptions;

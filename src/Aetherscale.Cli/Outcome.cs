using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>What came of one request: the daemon's reply, or why there is none.</summary>
internal sealed record Outcome(RequestEnvelope Request, Reply? Reply, CliException? Failure);

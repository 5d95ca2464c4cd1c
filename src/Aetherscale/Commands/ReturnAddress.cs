namespace Aetherscale.Commands;

/// <summary>Where a requester on a broker waits for its reply.</summary>
/// <param name="Queue">On the default exchange; null when nobody waits.</param>
/// <param name="CorrelationId">The requester's own mark.</param>
internal sealed record ReturnAddress(string? Queue, string? CorrelationId);

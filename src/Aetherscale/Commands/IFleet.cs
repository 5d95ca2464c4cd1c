using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>The other hosts, for commands that are not this one's alone to carry out.</summary>
internal interface IFleet
{
    /// <summary>
    /// Has other hosts carry the command out, or all of them together. What is sent elsewhere is sent in the order of these calls.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="body">The same as it came.</param>
    /// <param name="requester">Who sent it.</param>
    /// <param name="here">Carries the command out on this host.</param>
    /// <param name="stopping">The daemon's end.</param>
    /// <returns>Null, before anything was waited for: it is this host's own.</returns>
    public Task<Reply>? TryRun(
        RequestEnvelope request, ReadOnlyMemory<byte> body, Requester requester, Func<Requester, Task<Reply>> here, CancellationToken stopping);
}

using System.Text.Json;
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

    /// <summary>Opens a stream to a VM of another host, by the command that does so for requesters on a broker.</summary>
    /// <param name="command">That command.</param>
    /// <param name="vm">The VM's id or name.</param>
    /// <param name="options">The command's options, for the queue that takes what its host sends.</param>
    /// <param name="requester">Who wants it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null: that is this host's own affair.</returns>
    /// <exception cref="AetherscaleException">What the other host says, or why it cannot be reached.</exception>
    public Task<IConnectedClient?> TryOpenStreamAsync(
        string command, string vm, Func<string, JsonElement> options, Requester requester, CancellationToken cancellationToken);
}

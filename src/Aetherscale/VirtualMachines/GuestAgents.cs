using System.Text.Json;
using Aetherscale.Qemu;

namespace Aetherscale.VirtualMachines;

/// <summary>The one owner of the guest agents' sockets: QEMU serves one client of each, so all who ask take turns here.</summary>
internal sealed class GuestAgents(RuntimeFolder runtime)
{
    private readonly VmLocks _turns = new();

    /// <summary>Asks the agent for a sign of life. A guest whose agent is not up yet answers as soon as it is.</summary>
    /// <returns>Null when it has answered, else why it cannot.</returns>
    public async Task<string?> PingAsync(VmId id, CancellationToken cancellationToken)
    {
        using var turn = await _turns.AcquireAsync(id, cancellationToken);
        return await GuestAgentClient.PingAsync(runtime.OfVm(id).AgentSocket, cancellationToken);
    }

    /// <summary>Has the agent carry out one command.</summary>
    /// <param name="id">The VM.</param>
    /// <param name="command">The agent's name for it.</param>
    /// <param name="arguments">Writes its arguments.</param>
    /// <param name="maxAnswer">The longest answer in bytes.</param>
    /// <param name="cancellationToken">Ends the wait: without an agent it lasts for ever.</param>
    /// <exception cref="GuestAgentException">It refuses, or cannot be asked.</exception>
    public async Task<JsonElement> AskAsync(
        VmId id, string command, Action<Utf8JsonWriter> arguments, int maxAnswer, CancellationToken cancellationToken)
    {
        using var turn = await _turns.AcquireAsync(id, cancellationToken);
        return await GuestAgentClient.AskAsync(runtime.OfVm(id).AgentSocket, command, arguments, maxAnswer, cancellationToken);
    }
}

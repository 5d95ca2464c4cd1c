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
}

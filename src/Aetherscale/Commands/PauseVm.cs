using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>pause-vm</c>: halts the CPUs of a running VM; its memory and devices stay as they are.</summary>
internal sealed class PauseVm(VmStore store, VmLocks locks, VmPower power, VmHistory history)
{
    public async Task<VmActionResponse> RunAsync(VmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        requester.Begin();
        using var asked = new AskedFor(history, turn.Vm.Id, AskKind.Pause, requester);
        var wasRunning = await power.PauseAsync(turn.Vm, cancellationToken);
        if (wasRunning)
        {
            asked.Happens();
        }

        return new VmActionResponse
        {
            Status = VmStatus.Paused,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
            Hint = wasRunning ? null : $"VM \"{turn.Vm.DisplayName}\" was already paused",
        };
    }
}

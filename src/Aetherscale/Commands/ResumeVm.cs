using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>resume-vm</c>: lets a paused VM go on, whether somebody or a full disk paused it.</summary>
internal sealed class ResumeVm(VmStore store, VmLocks locks, VmPower power, VmHistory history)
{
    public async Task<VmActionResponse> RunAsync(VmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        requester.Begin();
        using var asked = new AskedFor(history, turn.Vm.Id, AskKind.Resume, requester);
        var wasPaused = await power.ResumeAsync(turn.Vm, cancellationToken);
        if (wasPaused)
        {
            asked.Happens();
        }

        return new VmActionResponse
        {
            Status = VmStatus.Running,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
            Hint = wasPaused ? null : $"VM \"{turn.Vm.DisplayName}\" was not paused",
        };
    }
}

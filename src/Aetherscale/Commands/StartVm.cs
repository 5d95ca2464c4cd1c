using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>start-vm</c>: starts a stopped VM, now and at every boot.</summary>
internal sealed class StartVm(VmStore store, VmLocks locks, VmStarter starter, VmHistory history, LingerAdvice linger)
{
    public async Task<VmActionResponse> RunAsync(VmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        requester.Begin();
        using var asked = new AskedFor(history, turn.Vm.Id, AskKind.Start, requester);
        var outcome = await starter.StartAsync(turn.Vm, cancellationToken);
        if (outcome != StartOutcome.WasRunning)
        {
            asked.Happens();
        }

        return new VmActionResponse
        {
            Status = outcome == StartOutcome.Started ? VmStatus.Starting : VmStatus.Running,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
            Hint = linger.After(outcome switch
            {
                StartOutcome.WasRunning => $"VM \"{turn.Vm.DisplayName}\" was already started",
                StartOutcome.Resumed => $"VM \"{turn.Vm.DisplayName}\" was paused and goes on",
                _ => null,
            }),
        };
    }
}

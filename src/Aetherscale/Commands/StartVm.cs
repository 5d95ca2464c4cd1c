using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>start-vm</c>: starts a stopped VM, now and at every boot.</summary>
internal sealed class StartVm(VmStore store, VmLocks locks, VmStarter starter, LingerAdvice linger)
{
    public async Task<VmActionResponse> RunAsync(VmOptions options, CancellationToken cancellationToken)
    {
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        var outcome = await starter.StartAsync(turn.Vm, cancellationToken);
        return new VmActionResponse
        {
            Status = VmStatus.Starting,
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

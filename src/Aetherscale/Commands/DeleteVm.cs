using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Requests;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>delete-vm</c>: removes a VM with its disk. A guest that runs is not asked: nothing of it will be kept.</summary>
internal sealed class DeleteVm(VmStore store, VmLocks locks, VmStopper stopper, VmRemover remover, VmHistory history)
{
    public async Task<VmActionResponse> RunAsync(VmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var id = store.FindId(VmReference.Parse(options.VmId));
        using var asked = new AskedFor(history, id, AskKind.Delete, requester);
        using var kill = stopper.Overtake(id);
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        if (!kill.IsDone)
        {
            requester.Begin();
        }

        asked.Again();
        var response = new VmActionResponse
        {
            Status = VmStatus.Deleted,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
        };
        if (requester.Intent is { } intent)
        {
            await intent.PromiseAsync(turn.Vm.Id, VmOutcome.Removed, response);
        }

        await remover.RemoveAsync(turn.Vm, asked.Ask, cancellationToken);
        return response;
    }
}

using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>restart-vm</c>: has the guest boot anew, by a shutdown and a start or by the reset button.</summary>
internal sealed class RestartVm(VmStore store, VmLocks locks, VmRestarter restarter, VmPower power, TimeSpan unitGrace)
{
    public async Task<VmActionResponse> RunAsync(RestartVmOptions options, CancellationToken cancellationToken)
    {
        var grace = GraceOption.Read(options.Timeout, options.Hard ? "hard" : null, unitGrace) ?? unitGrace;
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        return new VmActionResponse
        {
            Status = VmStatus.Starting,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
            Hint = options.Hard
                ? await ResetAsync(turn.Vm, cancellationToken)
                : HintFor(turn.Vm, await restarter.RestartAsync(turn.Vm, grace, cancellationToken)),
        };
    }

    private async Task<string?> ResetAsync(Vm vm, CancellationToken cancellationToken)
    {
        await power.ResetAsync(vm, cancellationToken);
        return null;
    }

    private static string? HintFor(Vm vm, StopOutcome outcome) => outcome switch
    {
        StopOutcome.WasNotRunning => $"VM \"{vm.DisplayName}\" was not running",
        StopOutcome.KilledAfterGrace => $"VM \"{vm.DisplayName}\" did not shut down in time and was killed",
        _ => null,
    };
}

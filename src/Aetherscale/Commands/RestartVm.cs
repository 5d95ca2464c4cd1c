using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>restart-vm</c>: has the guest boot anew, by a shutdown and a start or by the reset button.</summary>
internal sealed class RestartVm(
    VmStore store,
    VmLocks locks,
    VmRestarter restarter,
    VmPower power,
    VmHistory history,
    BackgroundWork background,
    TimeProvider time,
    TimeSpan unitGrace)
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(2);

    public async Task<VmActionResponse> RunAsync(RestartVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var grace = GraceOption.Read(options.Timeout, options.Hard ? "hard" : null, unitGrace) ?? unitGrace;
        var id = store.FindId(VmReference.Parse(options.VmId));
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var restart = RestartAsync(options, grace, requester, () => queued.TrySetResult(), cancellationToken);
        if (options.Wait is not false || await Task.WhenAny(queued.Task, restart, Task.Delay(s_atOnce, time, cancellationToken)) == restart)
        {
            return await restart;
        }

        requester.Begin();
        background.Adopt(restart, $"{CommandNames.RestartVm} {id}");
        return new VmActionResponse { Status = VmStatus.Stopping, VmId = id.ToString(), Name = store.TryFind(id)?.Spec?.Name };
    }

    private async Task<VmActionResponse> RestartAsync(
        RestartVmOptions options, TimeSpan grace, Requester requester, Action onQueued, CancellationToken cancellationToken)
    {
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        requester.Begin();
        return new VmActionResponse
        {
            Status = VmStatus.Starting,
            VmId = turn.Vm.Id.ToString(),
            Name = turn.Vm.Spec?.Name,
            Hint = options.Hard
                ? await ResetAsync(turn.Vm, requester, cancellationToken)
                : HintFor(turn.Vm, await ShutDownAndStartAsync(turn.Vm, requester, grace, onQueued, cancellationToken)),
        };
    }

    private async Task<string?> ResetAsync(Vm vm, Requester requester, CancellationToken cancellationToken)
    {
        using var asked = new AskedFor(history, vm.Id, AskKind.Reboot, requester);
        using var askedIfPaused = new AskedFor(history, vm.Id, AskKind.Resume, requester);
        await power.ResetAsync(vm, cancellationToken);
        asked.Happens();
        return null;
    }

    private async Task<StopOutcome> ShutDownAndStartAsync(
        Vm vm, Requester requester, TimeSpan grace, Action onQueued, CancellationToken cancellationToken)
    {
        // Both have been seen to happen by the time the job is done, or will not happen.
        using var askedStop = new AskedFor(history, vm.Id, AskKind.Stop, requester);
        using var askedStart = new AskedFor(history, vm.Id, AskKind.Start, requester);
        return await restarter.RestartAsync(vm, grace, onQueued, cancellationToken);
    }

    private static string? HintFor(Vm vm, StopOutcome outcome) => outcome switch
    {
        StopOutcome.WasNotRunning => $"VM \"{vm.DisplayName}\" was not running",
        StopOutcome.KilledAfterGrace => $"VM \"{vm.DisplayName}\" did not shut down in time and was killed",
        _ => null,
    };
}

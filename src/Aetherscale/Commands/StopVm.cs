using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>stop-vm</c>: shuts the guest down, or kills it, and keeps it down.</summary>
internal sealed class StopVm(VmStore store, VmLocks locks, VmStopper stopper, BackgroundWork background, TimeSpan unitGrace)
{
    public async Task<VmActionResponse> RunAsync(StopVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var grace = ReadGrace(options);
        if (options.Kill)
        {
            stopper.Overtake(store.Find(VmReference.Parse(options.VmId)).Id);
        }

        var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = StopAsync(turn, options.Kill, grace, () => queued.TrySetResult(), cancellationToken);
        var waits = options.Wait ?? requester.WaitsByDefault;

        // "stopping" is a promise that the daemon's own death must not break: systemd has to have the job.
        if (waits || await Task.WhenAny(queued.Task, stop) == stop)
        {
            return Answer(turn.Vm, await stop);
        }

        background.Adopt(stop, $"stop-vm {turn.Vm.Id}");
        return new VmActionResponse { Status = VmStatus.Stopping, VmId = turn.Vm.Id.ToString(), Name = turn.Vm.Spec?.Name };
    }

    private async Task<StopOutcome> StopAsync(
        VmTurn turn, bool kill, TimeSpan? grace, Action onQueued, CancellationToken cancellationToken)
    {
        using (turn)
        {
            return kill
                ? await stopper.KillAsync(turn.Vm.Id, onQueued, cancellationToken)
                : await stopper.StopAsync(turn.Vm.Id, grace, onQueued, cancellationToken);
        }
    }

    private TimeSpan? ReadGrace(StopVmOptions options)
    {
        if (options.Timeout is not { } seconds)
        {
            return null;
        }

        if (options.Kill)
        {
            throw new AetherscaleException(BadRequest, "\"timeout\" and \"kill\" exclude each other: a kill does not wait.");
        }

        // The unit's own ExecStop ends the guest after that time, whatever is asked here.
        return seconds >= 1 && seconds <= unitGrace.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new AetherscaleException(
                BadRequest, $"\"timeout\" must be from 1 to {unitGrace.TotalSeconds} seconds (stop-grace-seconds of the daemon).");
    }

    private static VmActionResponse Answer(Vm vm, StopOutcome outcome) => new()
    {
        Status = outcome == StopOutcome.ShutDown ? VmStatus.Stopped : VmStatus.Killed,
        VmId = vm.Id.ToString(),
        Name = vm.Spec?.Name,
        Hint = outcome switch
        {
            StopOutcome.WasNotRunning => $"VM \"{vm.DisplayName}\" was not running",
            StopOutcome.KilledAfterGrace => $"VM \"{vm.DisplayName}\" did not shut down in time",
            _ => null,
        },
    };
}

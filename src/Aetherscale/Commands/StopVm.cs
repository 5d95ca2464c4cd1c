using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>stop-vm</c>: shuts the guest down, or kills it, and keeps it down.</summary>
internal sealed class StopVm(
    VmStore store, VmLocks locks, VmStopper stopper, VmHistory history, BackgroundWork background, TimeProvider time, TimeSpan unitGrace)
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(2);

    /// <summary>Most guests are down by then, and a requester who waits for five seconds still hears of the others.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(3);

    public async Task<VmActionResponse> RunAsync(StopVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var grace = ReadGrace(options);
        var vm = store.Find(VmReference.Parse(options.VmId));
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = StopAsync(vm.Id, options.Kill, grace, requester, () => queued.TrySetResult(), cancellationToken);
        if (options.Wait ?? requester.WaitsByDefault)
        {
            return Answer(vm, await stop);
        }

        // "stopping" is a promise that the daemon's own death should not break: systemd has the job. Only behind another
        // command that takes its time is it given before.
        var (patience, enough) = options.Wait is null ? (s_soon, (Task)stop) : (s_atOnce, queued.Task);
        if (await Task.WhenAny(enough, stop, Task.Delay(patience, time, cancellationToken)) == stop)
        {
            return Answer(vm, await stop);
        }

        background.Adopt(stop, $"stop-vm {vm.Id}");
        return new VmActionResponse { Status = VmStatus.Stopping, VmId = vm.Id.ToString(), Name = vm.Spec?.Name };
    }

    private async Task<StopOutcome> StopAsync(
        VmId id, bool kill, TimeSpan? grace, Requester requester, Action onQueued, CancellationToken cancellationToken)
    {
        using var asked = new AskedFor(history, id, kill ? AskKind.Kill : AskKind.Stop, requester);
        using var kills = kill ? stopper.Overtake(id) : null;
        using var turn = await VmTurn.WaitAsync(store, locks, id.ToString(), cancellationToken);
        asked.Again();
        var outcome = kill
            ? await stopper.KillAsync(id, onQueued, cancellationToken)
            : await stopper.StopAsync(id, grace, onQueued, cancellationToken);
        if (outcome != StopOutcome.WasNotRunning)
        {
            asked.Happens();
        }

        return outcome;
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

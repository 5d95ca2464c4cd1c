using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

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
        var grace = GraceOption.Read(options.Timeout, options.Kill ? "kill" : null, unitGrace);
        var reference = VmReference.Parse(options.VmId);
        var id = store.FindId(reference);
        var queued = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = StopAsync(id, options, grace, requester, () => queued.TrySetResult(), cancellationToken);
        if (options.Wait ?? requester.WaitsByDefault)
        {
            return await stop;
        }

        // "stopping" is a promise that the daemon's own death should not break: systemd has the job. Only behind another
        // command that takes its time is it given before, and its deadline does not break it either.
        var (patience, enough) = options.Wait is null ? (s_soon, (Task)stop) : (s_atOnce, queued.Task);
        if (await Task.WhenAny(enough, stop, Task.Delay(patience, time, cancellationToken)) == stop)
        {
            return await stop;
        }

        requester.Begin();
        background.Adopt(stop, $"stop-vm {id}");
        var name = store.TryFind(id)?.Spec?.Name ?? reference.Name?.ToString();
        return new VmActionResponse { Status = VmStatus.Stopping, VmId = id.ToString(), Name = name };
    }

    private async Task<VmActionResponse> StopAsync(
        VmId id, StopVmOptions options, TimeSpan? grace, Requester requester, Action onQueued, CancellationToken cancellationToken)
    {
        using var asked = new AskedFor(history, id, options.Kill ? AskKind.Kill : AskKind.Stop, requester);
        using var kills = options.Kill ? stopper.Overtake(id) : null;
        using var turn = await VmTurn.WaitAsync(store, locks, options.VmId, cancellationToken);
        if (kills is not { IsDone: true })
        {
            requester.Begin();
        }

        asked.Again();
        var outcome = options.Kill
            ? await stopper.KillAsync(id, onQueued, cancellationToken)
            : await stopper.StopAsync(id, grace, onQueued, cancellationToken);
        outcome = outcome == StopOutcome.WasNotRunning && kills is { IsDone: true } ? StopOutcome.Killed : outcome;
        if (outcome != StopOutcome.WasNotRunning)
        {
            asked.Happens();
        }

        return Answer(turn.Vm, outcome);
    }

    private static VmActionResponse Answer(Vm vm, StopOutcome outcome) => new()
    {
        Status = outcome is StopOutcome.ShutDown or StopOutcome.WaitedForRestart ? VmStatus.Stopped : VmStatus.Killed,
        VmId = vm.Id.ToString(),
        Name = vm.Spec?.Name,
        Hint = outcome switch
        {
            StopOutcome.WasNotRunning => $"VM \"{vm.DisplayName}\" was not running",
            StopOutcome.WaitedForRestart => $"VM \"{vm.DisplayName}\" had ended, and is not started again",
            StopOutcome.KilledAfterGrace => $"VM \"{vm.DisplayName}\" did not shut down in time",
            _ => null,
        },
    };
}

using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Waits until a VM has come as far as somebody needs it, and no longer than it can still come to that: a crash, a deletion
/// or an end in between is told at once.
/// </summary>
internal sealed class VmWaiter(
    VmStore store,
    VmLocks locks,
    VmObserver observer,
    SystemdManager systemd,
    VmMonitors monitors,
    VmRemover remover,
    GuestProbe probe)
{
    /// <param name="id">The VM.</param>
    /// <param name="goal">How far it must have come.</param>
    /// <param name="tell">Told how far it is, for a person: <c>it is starting</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AetherscaleException"><c>vm-crashed</c>, <c>vm-broken</c>, <c>vm-not-running</c> or <c>vm-not-found</c>.</exception>
    public async Task<VmObservation> WaitAsync(VmId id, VmGoal goal, Action<string> tell, CancellationToken cancellationToken)
    {
        using var watch = new VmWatch(id, systemd, monitors, remover);
        var wasUp = false;
        while (true)
        {
            var seen = await LookAsync(id, tell, cancellationToken);
            if (goal.Kind == VmGoalKind.Stopped ? seen.State == VmState.Stopped : goal.Kind == VmGoalKind.Running && IsRunning(seen))
            {
                return seen;
            }

            if (goal.Kind is not (VmGoalKind.Stopped or VmGoalKind.Running) && IsRunning(seen))
            {
                if (await IsReachedAsync(seen.Vm, goal, tell, watch, cancellationToken))
                {
                    return seen;
                }
            }
            else if (WhyNever(seen, wasUp) is null)
            {
                await watch.WaitAsync(cancellationToken);
            }
            else if (await SettleAsync(id, tell, cancellationToken) is not { } settled)
            {
                await watch.WaitAsync(cancellationToken);
            }
            else if (settled.State == seen.State)
            {
                throw WhyNever(settled, wasUp)!;
            }

            wasUp |= seen.State is not (VmState.Stopped or VmState.Crashed or VmState.Broken);
        }
    }

    /// <summary>Why the VM will not come to anything by itself; null when it may.</summary>
    private static AetherscaleException? WhyNever(VmObservation seen, bool wasUp)
    {
        var vm = $"VM \"{seen.Vm.DisplayName}\"";
        return seen.State switch
        {
            VmState.Crashed => new AetherscaleException(VmCrashed, $"{vm} crashed: {seen.Hint}."),
            VmState.Broken => new AetherscaleException(VmBroken, $"{vm} is broken: {seen.Hint}."),
            VmState.Stopped when wasUp => new AetherscaleException(VmNotRunning, $"{vm} stopped while it was waited for."),
            _ => null,
        };
    }

    /// <summary>
    /// Looks again once the commands before us are done: one of them may be what ended the VM, and is about to start it.
    /// </summary>
    /// <returns>Null when systemd itself is at work on the unit, which it will tell the end of.</returns>
    private async Task<VmObservation?> SettleAsync(VmId id, Action<string> tell, CancellationToken cancellationToken)
    {
        using (await locks.AcquireAsync(id, cancellationToken))
        {
            var isBusy = await systemd.GetStateAsync(VmUnit.NameOf(id), cancellationToken) is { HasJob: true };
            return isBusy ? null : await LookAsync(id, tell, cancellationToken);
        }
    }

    private async Task<VmObservation> LookAsync(VmId id, Action<string> tell, CancellationToken cancellationToken)
    {
        if (store.TryFind(id) is not { IsDeleting: false } vm)
        {
            throw new AetherscaleException(VmNotFound, $"VM \"{id}\" was deleted while it was waited for.");
        }

        var seen = (await observer.ObserveAsync([vm], cancellationToken))[0];
        tell($"it is {seen.State.ToString().ToLowerInvariant()}{(seen.Hint is null ? "" : $": {seen.Hint}")}");
        return seen;
    }

    private bool IsRunning(VmObservation seen) =>
        seen.State == VmState.Running && monitors.StateOf(seen.Vm.Id).Guest == GuestState.Running;

    /// <returns>False when the VM may be in another state before the guest was reached.</returns>
    private async Task<bool> IsReachedAsync(
        Vm vm, VmGoal goal, Action<string> tell, VmWatch watch, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = watch.WaitAsync(over.Token);
        var reached = probe.ReachAsync(vm, goal, tell, over.Token);
        var first = await Task.WhenAny(changed, reached);
        await over.CancelAsync();
        await Task.WhenAll(changed, reached).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (first == reached)
        {
            await reached;
        }

        return reached.IsCompletedSuccessfully;
    }
}

using Aetherscale.VirtualMachines.History;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What the daemon does when it starts: finish or remove what was under way, restore what can be, and follow what runs. No
/// running VM is touched, and what is wrong with one VM is no other's trouble.
/// </summary>
internal sealed class Reconciler(
    VmStore store,
    VmLocks locks,
    VmRemover remover,
    VmStarter starter,
    UnitRepair repair,
    Leftovers leftovers,
    VmMonitors monitors,
    VmNetworks networks,
    VmHistory history,
    TimeProvider time,
    ILogger<Reconciler> logger)
{
    /// <param name="goOn">Looks after work that need not be waited for.</param>
    /// <param name="stopping">The daemon's end.</param>
    public async Task RunAsync(Action<Task, string> goOn, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        foreach (var folder in store.RemoveUnfinished(NotRemoved))
        {
            ReconcilerLog.Removed(logger, folder);
        }

        var vms = store.List();
        networks.Load(vms);
        foreach (var vm in vms.Where(vm => vm.IsDeleting))
        {
            ReconcilerLog.FinishingDelete(logger, vm.Id);
            await TryAsync($"VM {vm.Id}", () => remover.RemoveAsync(vm, ask: null, stopping));
        }

        foreach (var network in vms.Where(vm => !vm.IsDeleting).Select(vm => vm.Spec?.Network).OfType<string>().Distinct())
        {
            await TryAsync($"network {network}", () => networks.PrepareAsync(network, stopping));
        }

        foreach (var vm in repair.FindDamaged(vms))
        {
            await TryAsync($"VM {vm.Id}", () => repair.RepairAsync(vm, stopping));
        }

        foreach (var vm in vms.Where(vm => vm is { IsCreating: true, IsDeleting: false }))
        {
            // Before any command on it: nobody else knows of it yet.
            var turn = await locks.AcquireAsync(vm.Id, stopping);
            goOn(FinishCreateAsync(vm, turn, stopping), $"The first start of VM {vm.Id}");
        }

        TrySweep(vms);
        var running = await monitors.FollowRunningAsync(stopping);
        ReconcilerLog.Ready(logger, vms.Count, running, time.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <summary>The VM exists, so it stays, whatever its start comes to: it may have run already.</summary>
    private async Task FinishCreateAsync(Vm vm, IDisposable turn, CancellationToken stopping)
    {
        using (turn)
        {
            ReconcilerLog.FinishingCreate(logger, vm.Id);
            history.Ask(vm.Id, AskKind.Start, null);
            await TryAsync($"VM {vm.Id}", () => starter.StartNewAsync(vm, stopping));
        }
    }

    private async Task TryAsync(string what, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception error) when (error is AetherscaleException or IOException or UnauthorizedAccessException)
        {
            ReconcilerLog.Failed(logger, error, what);
        }
    }

    private void TrySweep(IReadOnlyList<Vm> vms)
    {
        try
        {
            leftovers.Sweep(vms);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ReconcilerLog.NotSwept(logger, error);
        }
    }

    private void NotRemoved(string folder, Exception error) => ReconcilerLog.NotRemoved(logger, error, folder);
}

internal static partial class ReconcilerLog
{
    [LoggerMessage(LogLevel.Warning, "Removed {Folder}: a command that made or removed it was cut off")]
    public static partial void Removed(ILogger logger, string folder);

    [LoggerMessage(LogLevel.Error, "{Folder} is left of a command that was cut off, and cannot be removed")]
    public static partial void NotRemoved(ILogger logger, Exception error, string folder);

    [LoggerMessage(LogLevel.Warning, "Finishing the deletion of VM {Vm}, which was cut off")]
    public static partial void FinishingDelete(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Warning, "Finishing the creation of VM {Vm}, which was cut off")]
    public static partial void FinishingCreate(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Error, "The {What} could not be set right")]
    public static partial void Failed(ILogger logger, Exception error, string what);

    [LoggerMessage(LogLevel.Error, "Not all that was cut off could be cleared away")]
    public static partial void NotSwept(ILogger logger, Exception error);

    [LoggerMessage(LogLevel.Information, "{Vms} VMs, {Running} of them running; took stock in {Milliseconds:F0} ms")]
    public static partial void Ready(ILogger logger, int vms, int running, double milliseconds);
}

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What the daemon does when it starts: finish or remove what was under way, restore what can be, and follow what runs. No
/// running VM is touched, and what is wrong with one VM is no other's trouble.
/// </summary>
internal sealed class Reconciler(
    VmStore store, VmRemover remover, VmUnits units, VmMonitors monitors, VmNetworks networks, ILogger<Reconciler> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in store.RemoveUnfinished())
        {
            ReconcilerLog.Removed(logger, folder);
        }

        var vms = store.List();
        networks.Load(vms);
        foreach (var vm in vms)
        {
            try
            {
                await ReconcileAsync(vm, cancellationToken);
            }
            catch (Exception error) when (error is AetherscaleException or IOException or UnauthorizedAccessException)
            {
                ReconcilerLog.Failed(logger, error, vm.Id);
            }
        }

        ReconcilerLog.Ready(logger, vms.Count, await monitors.FollowRunningAsync(cancellationToken));
    }

    private async Task ReconcileAsync(Vm vm, CancellationToken cancellationToken)
    {
        if (vm.IsDeleting)
        {
            ReconcilerLog.FinishingDelete(logger, vm.Id);
            await remover.RemoveAsync(vm, ask: null, cancellationToken);
        }
        else if (vm.Spec is { } spec && !units.Folder.Contains(VmUnit.NameOf(vm.Id)))
        {
            ReconcilerLog.RestoringUnit(logger, vm.Id);
            await units.PrepareAsync(vm.Id, spec, cancellationToken);
            await units.RefreshAsync(vm.Id, cancellationToken);
        }
    }
}

internal static partial class ReconcilerLog
{
    [LoggerMessage(LogLevel.Warning, "Removed {Folder}: a command that made or removed it was cut off")]
    public static partial void Removed(ILogger logger, string folder);

    [LoggerMessage(LogLevel.Warning, "Finishing the deletion of VM {Vm}, which was cut off")]
    public static partial void FinishingDelete(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Warning, "VM {Vm} had no unit file; it is written again")]
    public static partial void RestoringUnit(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Error, "VM {Vm} could not be set right")]
    public static partial void Failed(ILogger logger, Exception error, VmId vm);

    [LoggerMessage(LogLevel.Information, "{Vms} VMs, {Running} of them running")]
    public static partial void Ready(ILogger logger, int vms, int running);
}

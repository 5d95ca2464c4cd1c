using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>What the daemon does when it starts: finish or remove what was under way, and follow what runs. No VM is touched.</summary>
internal sealed class Reconciler(
    VmStore store, VmRemover remover, VmMonitors monitors, VmNetworks networks, SystemdManager systemd, ILogger<Reconciler> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in store.RemoveUnfinished())
        {
            ReconcilerLog.Removed(logger, folder);
        }

        var vms = store.List();
        networks.Load(vms);
        var running = (await systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken))
            .Where(unit => unit.ActiveState == UnitActiveState.Active)
            .Select(unit => VmUnit.IdOf(unit.Name))
            .ToHashSet();
        foreach (var vm in vms)
        {
            if (vm.IsDeleting)
            {
                ReconcilerLog.FinishingDelete(logger, vm.Id);
                await remover.RemoveAsync(vm, cancellationToken);
            }
            else if (running.Contains(vm.Id))
            {
                monitors.Follow(vm.Id);
            }
        }

        ReconcilerLog.Ready(logger, vms.Count, running.Count);
    }
}

internal static partial class ReconcilerLog
{
    [LoggerMessage(LogLevel.Warning, "Removed {Folder}: a command that made or removed it was cut off")]
    public static partial void Removed(ILogger logger, string folder);

    [LoggerMessage(LogLevel.Warning, "Finishing the deletion of VM {Vm}, which was cut off")]
    public static partial void FinishingDelete(ILogger logger, VmId vm);

    [LoggerMessage(LogLevel.Information, "{Vms} VMs, {Running} of them running")]
    public static partial void Ready(ILogger logger, int vms, int running);
}

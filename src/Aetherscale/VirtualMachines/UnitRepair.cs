using System.Collections.Concurrent;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Writes units again that are missing, empty or cut off: systemd takes an empty one for masked, and runs whatever a cut one
/// still says. A VM that runs by it runs on.
/// </summary>
internal sealed class UnitRepair(VmUnits units, ILogger<UnitRepair> logger)
{
    /// <summary>The VMs whose units are not whole.</summary>
    public IReadOnlyCollection<Vm> FindDamaged(IReadOnlyList<Vm> vms)
    {
        var damaged = new ConcurrentBag<Vm>();
        Parallel.ForEach(
            vms.Where(vm => vm.Spec is not null && !vm.IsDeleting),
            vm =>
            {
                if (units.Folder.ReadBytes(VmUnit.NameOf(vm.Id)) is not { } text || !UnitChecksum.Matches(text))
                {
                    damaged.Add(vm);
                }
            });
        return damaged;
    }

    public async Task RepairAsync(Vm vm, CancellationToken cancellationToken)
    {
        UnitRepairLog.Repairing(logger, vm.Id);
        await units.PrepareAsync(vm.Id, vm.Spec!, cancellationToken);
        await units.RefreshAsync(vm.Id, cancellationToken);
    }
}

internal static partial class UnitRepairLog
{
    [LoggerMessage(LogLevel.Warning, "The unit file of VM {Vm} was missing or damaged; it is written again")]
    public static partial void Repairing(ILogger logger, VmId vm);
}

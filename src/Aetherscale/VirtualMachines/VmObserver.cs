using Aetherscale.Files;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Finds out what state VMs are in. One question to systemd serves any number of VMs; no QEMU is waited for.</summary>
internal sealed class VmObserver(SystemdManager systemd, UnitFolder units, VmMonitors monitors)
{
    public async Task<IReadOnlyList<VmObservation>> ObserveAsync(IReadOnlyList<Vm> vms, CancellationToken cancellationToken)
    {
        var loaded = (await systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken)).ToDictionary(unit => unit.Name);
        var observations = new List<VmObservation>(vms.Count);
        foreach (var vm in vms)
        {
            observations.Add(await ObserveAsync(vm, loaded.GetValueOrDefault(VmUnit.NameOf(vm.Id)), cancellationToken));
        }

        return observations;
    }

    private async Task<VmObservation> ObserveAsync(Vm vm, UnitListing? unit, CancellationToken cancellationToken)
    {
        var name = VmUnit.NameOf(vm.Id);
        var (guest, pauseReason) = monitors.StateOf(vm.Id);

        // Only a failed unit has more to tell; there are few of them.
        var failure = unit?.ActiveState == UnitActiveState.Failed ? await systemd.GetUnitAsync(name, cancellationToken) : null;
        var (state, hint) = VmStateRules.Derive(new VmFacts
        {
            IsDeleting = vm.IsDeleting,
            SpecProblem = vm.Problem,
            HasUnitFile = units.Contains(name),
            HasDisk = FileStatus.Of(vm.Folder.Disk) is not null,
            Active = unit?.ActiveState ?? UnitActiveState.Inactive,
            Sub = unit?.SubState ?? UnitSubState.Dead,
            Result = failure?.Result ?? ServiceResult.Unknown,
            Restarts = failure?.NRestarts ?? 0,
            Guest = guest,
            PauseReason = pauseReason,
        });
        return new VmObservation(vm, state, hint, units.IsEnabled(name));
    }
}

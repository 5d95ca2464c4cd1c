using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Finds out what state VMs are in. One question to systemd serves any number of VMs; no QEMU is waited for.</summary>
internal sealed class VmObserver(SystemdManager systemd, UnitIndex units, VmMonitors monitors)
{
    public async Task<IReadOnlyList<VmObservation>> ObserveAsync(IReadOnlyList<Vm> vms, CancellationToken cancellationToken)
    {
        var loaded = (await systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken)).ToDictionary(unit => unit.Name);
        var present = units.Look();
        var observations = new List<VmObservation>(vms.Count);
        foreach (var vm in vms)
        {
            var unit = loaded.GetValueOrDefault(VmUnit.NameOf(vm.Id));

            // Only a failed unit has more to tell; there are few of them.
            var failure = unit?.ActiveState == UnitActiveState.Failed ? await systemd.GetUnitAsync(unit.Name, cancellationToken) : null;
            observations.Add(Observe(vm, unit, failure, present));
        }

        return observations;
    }

    private VmObservation Observe(Vm vm, UnitListing? unit, UnitProperties? failure, UnitIndex.Content present)
    {
        var name = VmUnit.NameOf(vm.Id);
        var (guest, pauseReason) = monitors.StateOf(vm.Id);
        var (state, hint) = VmStateRules.Derive(new VmFacts
        {
            IsDeleting = vm.IsDeleting,
            SpecProblem = vm.Problem,
            HasUnitFile = present.Files.Contains(name),
            HasDisk = vm.HasDisk,
            Active = unit?.ActiveState ?? UnitActiveState.Inactive,
            Sub = unit?.SubState ?? UnitSubState.Dead,
            Result = failure?.Result ?? ServiceResult.Unknown,
            Restarts = failure?.NRestarts ?? 0,
            RestartsAlways = vm.Spec?.RestartPolicy == RestartPolicy.Always,
            Guest = guest,
            PauseReason = pauseReason,
        });
        return new VmObservation(vm, state, hint, present.Enabled.Contains(name));
    }
}

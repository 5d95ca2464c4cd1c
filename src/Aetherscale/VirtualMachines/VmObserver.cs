using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Finds out what state VMs are in. One question to systemd serves any number of VMs, and QEMUs that have been silent for a while are
/// asked side by side; for one that does not answer nobody waits longer than a moment.
/// </summary>
internal sealed class VmObserver(SystemdManager systemd, UnitIndex units, VmMonitors monitors)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    public async Task<IReadOnlyList<VmObservation>> ObserveAsync(IReadOnlyList<Vm> vms, CancellationToken cancellationToken)
    {
        var loaded = (await systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken)).ToDictionary(unit => unit.Name);
        var present = units.Look();
        await monitors.CheckPulsesAsync(vms.Where(vm => Listing(vm) is { ActiveState: UnitActiveState.Active }).Select(vm => vm.Id), s_patience);

        // Only a failed unit has more to tell.
        var failed = vms.Where(vm => Listing(vm) is { ActiveState: UnitActiveState.Failed }).ToList();
        var failures = await Task.WhenAll(failed.Select(vm => systemd.GetUnitAsync(vm.Unit, cancellationToken)));
        var failureOf = failed.Zip(failures).ToDictionary(pair => pair.First.Id, pair => pair.Second);
        return [.. vms.Select(vm => Observe(vm, Listing(vm), failureOf.GetValueOrDefault(vm.Id), present))];

        UnitListing? Listing(Vm vm) => loaded.GetValueOrDefault(vm.Unit);
    }

    private VmObservation Observe(Vm vm, UnitListing? unit, UnitProperties? failure, UnitIndex.Content present)
    {
        var (guest, pauseReason) = monitors.StateOf(vm.Id);
        var (state, hint) = VmStateRules.Derive(new VmFacts
        {
            IsDeleting = vm.IsDeleting,
            SpecProblem = vm.Problem,
            HasUnitFile = present.Files.Contains(vm.Unit),
            HasDisk = vm.HasDisk,
            Active = unit?.ActiveState ?? UnitActiveState.Inactive,
            Sub = unit?.SubState ?? UnitSubState.Dead,
            Result = failure?.Result ?? ServiceResult.Unknown,
            Restarts = failure?.NRestarts ?? 0,
            RestartsAlways = vm.Spec?.RestartPolicy == RestartPolicy.Always,
            Guest = guest,
            PauseReason = pauseReason,
            IsSilent = monitors.IsSilent(vm.Id),
        });
        return new VmObservation(vm, state, hint, present.Enabled.Contains(vm.Unit));
    }
}

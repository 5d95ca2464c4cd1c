using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>list-vms</c>: all VMs with their true status, not only those that run.</summary>
internal sealed class ListVms(VmStore store, VmObserver observer)
{
    public async Task<IReadOnlyList<VmSummary>> RunAsync(CancellationToken cancellationToken)
    {
        var observations = await observer.ObserveAsync(store.List(), cancellationToken);
        return [.. observations.Select(Summarize)];
    }

    private static VmSummary Summarize(VmObservation observation)
    {
        var spec = observation.Vm.Spec;
        return new VmSummary
        {
            VmId = observation.Vm.Id.ToString(),
            Name = spec?.Name,
            Status = StatusWord.Of(observation.State),
            Hint = observation.Hint,
            Address = spec?.Address,
            Image = spec?.Image,
            Cpus = spec?.Cpus,
            Memory = spec?.MemoryMib,
            Autostart = observation.Autostart,
            AutostartPolicy = spec is null or { AutostartPolicy: default(AutostartPolicy) } ? null : PolicyWord.Of(spec.AutostartPolicy),
        };
    }
}

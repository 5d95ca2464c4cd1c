using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>What no VM needs, and no command removes: it may be somebody's only copy.</summary>
internal sealed class LeftoversCheckup(Orphans orphans) : ICheckup
{
    public string Name => "leftovers";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var found = orphans.Find().Select(orphan => Finding.Warning(Name, $"{orphan.Path}: {orphan.What}", orphan.Mend)).ToList();
        return Task.FromResult<IReadOnlyList<DoctorFinding>>(found.Count > 0 ? found : [Finding.Ok(Name, "none")]);
    }
}

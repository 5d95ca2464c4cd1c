using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Checkups;

/// <summary>What no VM needs, and no command removes: it may be somebody's only copy.</summary>
internal sealed class LeftoversCheckup(Orphans orphans) : ICheckup
{
    /// <summary>More of them are one finding together.</summary>
    private const int Named = 10;

    public string Name => "leftovers";

    public Task<IReadOnlyList<DoctorFinding>> LookAsync(CancellationToken cancellationToken)
    {
        var all = orphans.Find();
        var found = all.Take(Named).Select(orphan => Finding.Warning(Name, $"{orphan.Path}: {orphan.What}", orphan.Mend)).ToList();
        if (all.Count > Named)
        {
            found.Add(Finding.Warning(Name, $"and {all.Count - Named} more; call doctor again when these are mended"));
        }

        return Task.FromResult<IReadOnlyList<DoctorFinding>>(found.Count > 0 ? found : [Finding.Ok(Name, "none")]);
    }
}

using Aetherscale.Files;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Finds what belongs to no VM. Nothing here is ever removed by us: it may be somebody's only copy of a disk.
/// </summary>
internal sealed class Orphans(VmStore store, UnitFolder units, OwnUnits own, DataFolder data)
{
    public IReadOnlyList<Orphan> Find()
    {
        var vms = store.List().ToDictionary(vm => vm.Id);
        return [.. Folders(vms), .. Units(vms), .. Links(vms)];
    }

    private IEnumerable<Orphan> Folders(Dictionary<VmId, Vm> vms)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(data.Vms).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (VmId.TryParse(name, out var id))
            {
                // One without a spec is a VM all the same: list-vms shows it as broken.
                if (vms.GetValueOrDefault(id) is { Spec: null, IsDeleting: false, Problem: var problem })
                {
                    yield return new Orphan(path, $"a VM's folder whose vm.json is of no use: {problem}", $"aetherscale-cli delete-vm {id}");
                }
            }
            else if (!IsUnderWay(name))
            {
                yield return new Orphan(path, "it is no VM's folder", $"ls -lR {path}");
            }
        }
    }

    /// <summary>A create or a delete has its folder here; what one that was cut off leaves, the daemon's start removes.</summary>
    private static bool IsUnderWay(string name) => name.StartsWith(VmDraft.Prefix, StringComparison.Ordinal);

    private IEnumerable<Orphan> Units(Dictionary<VmId, Vm> vms) =>
        from id in VmsNamedIn(units.Folder)
        where !vms.ContainsKey(id)
        let unit = VmUnit.NameOf(id)
        where own.IsMarked(unit)
        select new Orphan(
            units.PathOf(unit), "a unit whose VM is gone", $"{units.Scope.Systemctl()} disable --now {unit}; rm -f {units.PathOf(unit)}");

    /// <summary>A link says nothing of whose it is: where others have units, it may be theirs.</summary>
    private IEnumerable<Orphan> Links(Dictionary<VmId, Vm> vms) =>
        from id in VmsNamedIn(units.WantsFolder)
        let unit = VmUnit.NameOf(id)
        where !vms.ContainsKey(id) && units.IsEnabled(unit) && !units.Contains(unit) && own.IsAlone()
        select new Orphan($"{units.WantsFolder}/{unit}", "it starts a unit at boot that is not there", $"{units.Scope.Systemctl()} disable {unit}");

    private static IEnumerable<VmId> VmsNamedIn(string folder) => FileStatus.Of(folder) is null
        ? []
        : Directory.EnumerateFileSystemEntries(folder)
            .Select(path => VmUnit.IdOf(Path.GetFileName(path)))
            .OfType<VmId>()
            .OrderBy(id => id.ToString(), StringComparer.Ordinal);
}

/// <summary>Something that belongs to no VM.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="What">What it is.</param>
/// <param name="Mend">The command that looks at it or takes it away.</param>
internal sealed record Orphan(string Path, string What, string Mend);

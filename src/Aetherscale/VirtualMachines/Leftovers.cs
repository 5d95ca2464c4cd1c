using Aetherscale.Files;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What lies among our files and belongs to no VM: rubbish of a daemon that was killed is removed, all else is only told of.
/// The folder of units may be shared with daemons of other state folders.
/// </summary>
internal sealed class Leftovers(UnitFolder units, OwnUnits own, Orphans orphans, VmUsers users, ILogger<Leftovers> logger)
{
    /// <summary>Removes half-written files of these VMs, and links to units that are gone; names what else is there.</summary>
    public void Sweep(IReadOnlyList<Vm> vms)
    {
        var ids = vms.Select(vm => vm.Id).ToHashSet();
        foreach (var vm in vms)
        {
            Remove(vm.Folder.Spec + DurableFile.TemporarySuffix);
        }

        users.Sweep(ids);
        SweepUnits(ids);
        SweepLinks(ids);
        foreach (var orphan in orphans.Find())
        {
            LeftoversLog.Orphan(logger, orphan.Path, orphan.What);
        }
    }

    private void SweepUnits(HashSet<VmId> ids)
    {
        foreach (var path in NamesIn(units.Folder))
        {
            var name = Path.GetFileName(path);
            if (IsTemporaryOf(name, ids))
            {
                Remove(path);
            }
        }
    }

    /// <summary>A link says nothing of whose it is: where units of other state folders stand, one to nowhere is left alone.</summary>
    private void SweepLinks(HashSet<VmId> ids)
    {
        foreach (var path in NamesIn(units.WantsFolder))
        {
            var name = Path.GetFileName(path);
            if (IsTemporaryOf(name, ids))
            {
                Remove(path);
            }
            else if (VmUnit.IdOf(name) is { } id && !ids.Contains(id) && units.IsEnabled(name) && !units.Contains(name) && own.IsAlone())
            {
                units.Disable(name);
                LeftoversLog.Removed(logger, path);
            }
        }
    }

    private void Remove(string path)
    {
        if (FileStatus.Of(path) is not null)
        {
            File.Delete(path);
            LeftoversLog.Removed(logger, path);
        }
    }

    private static bool IsTemporaryOf(string name, HashSet<VmId> ids) =>
        name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal)
        && VmUnit.IdOf(name[..^DurableFile.TemporarySuffix.Length]) is { } id && ids.Contains(id);

    private static IEnumerable<string> NamesIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, "aetherscale-*") : [];
}

internal static partial class LeftoversLog
{
    [LoggerMessage(LogLevel.Warning, "Removed {Path}: what made it was cut off")]
    public static partial void Removed(ILogger logger, string path);

    [LoggerMessage(LogLevel.Warning, "{Path}: {What}; it is left alone")]
    public static partial void Orphan(ILogger logger, string path, string what);
}

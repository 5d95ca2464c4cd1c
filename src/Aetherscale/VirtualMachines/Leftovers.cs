using Aetherscale.Files;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// What lies among our files and belongs to no VM: rubbish of a daemon that was killed is removed, all else is only told of.
/// The folder of units may be shared with daemons of other state folders.
/// </summary>
internal sealed class Leftovers(DataFolder data, UnitFolder units, OwnUnits own, ILogger<Leftovers> logger)
{
    /// <summary>Removes half-written files of these VMs, and links to units that are gone; names what else is there.</summary>
    public void Sweep(IReadOnlyList<Vm> vms)
    {
        var ids = vms.Select(vm => vm.Id).ToHashSet();
        foreach (var vm in vms)
        {
            Remove(vm.Folder.Spec + DurableFile.TemporarySuffix);
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(data.Vms).Where(entry => !IsVm(Path.GetFileName(entry))))
        {
            LeftoversLog.Foreign(logger, entry);
        }

        foreach (var vm in vms.Where(vm => vm.Spec is null && !vm.IsDeleting))
        {
            LeftoversLog.Orphan(logger, vm.Folder.FolderPath, vm.Problem);
        }

        SweepUnits(ids);
        SweepLinks(ids);

        bool IsVm(string name) => (VmId.TryParse(name, out var id) && ids.Contains(id)) || name.StartsWith(VmDraft.Prefix, StringComparison.Ordinal);
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
            else if (VmUnit.IdOf(name) is { } id && !ids.Contains(id) && own.IsMarked(name))
            {
                LeftoversLog.UnitWithoutVm(logger, path, data.Vms);
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

    [LoggerMessage(LogLevel.Warning, "{Path} is no VM of ours; it is left alone")]
    public static partial void Foreign(ILogger logger, string path);

    [LoggerMessage(LogLevel.Warning, "{Folder} belongs to no VM that can be told ({Problem}); it is left alone until delete-vm")]
    public static partial void Orphan(ILogger logger, string folder, string? problem);

    [LoggerMessage(LogLevel.Warning, "{Path} is of ours, but has no VM in {Vms}; it is left alone")]
    public static partial void UnitWithoutVm(ILogger logger, string path, string vms);
}

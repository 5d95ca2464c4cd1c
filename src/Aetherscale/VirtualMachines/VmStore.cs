using System.Collections.Concurrent;
using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// The VMs of this host: one folder each below <c>&lt;data&gt;/vms</c>. The folders are the truth; what was read is kept
/// only while vm.json's inode and change time stay the same, so that an edit by hand counts at the next look.
/// </summary>
internal sealed class VmStore(string vmsFolder)
{
    private readonly ConcurrentDictionary<VmId, (FileStatus? Status, Vm Vm)> _read = new();
    private readonly ConcurrentDictionary<VmName, VmId> _names = new();

    /// <summary>Every VM, in order of id.</summary>
    public IReadOnlyList<Vm> List()
    {
        var present = new HashSet<VmId>();
        foreach (var folder in Directory.EnumerateDirectories(vmsFolder))
        {
            if (VmId.TryParse(Path.GetFileName(folder), out var id))
            {
                present.Add(id);
            }
        }

        // A VM may have been committed since the folder was read: look once more before forgetting it.
        foreach (var id in _read.Keys.Where(id => !present.Contains(id) && FileStatus.Of(FolderOf(id).FolderPath) is null))
        {
            Forget(id);
        }

        return [.. present.Select(Read).OrderBy(vm => vm.Id.ToString(), StringComparer.Ordinal)];
    }

    /// <exception cref="AetherscaleException"><c>vm-not-found</c>.</exception>
    public Vm Find(VmReference reference) =>
        TryFind(reference) ?? throw new AetherscaleException(VmNotFound, $"VM \"{reference}\" does not exist.");

    /// <returns>Null when no VM has this id.</returns>
    public Vm? TryFind(VmId id) => FileStatus.Of(FolderOf(id).FolderPath) is null ? null : Read(id);

    /// <summary>A place for a new VM that nobody sees before <see cref="VmDraft.Commit"/>.</summary>
    /// <param name="id">An id that no folder and no unit has.</param>
    /// <param name="name">Reserved until the draft is committed or disposed.</param>
    /// <exception cref="AetherscaleException"><c>name-taken</c>.</exception>
    public VmDraft Draft(VmId id, VmName? name)
    {
        if (name is { } wanted && !_names.TryAdd(wanted, id))
        {
            throw new AetherscaleException(
                NameTaken, $"The name \"{wanted}\" belongs to VM \"{_names.GetValueOrDefault(wanted)}\"; take another or delete that VM.");
        }

        try
        {
            return new VmDraft(id, vmsFolder, release: () => Forget(id, name));
        }
        catch (IOException)
        {
            Forget(id, name);
            throw;
        }
    }

    /// <summary>Whether this id has a folder, or an unfinished one.</summary>
    public bool Exists(VmId id) =>
        FileStatus.Of(FolderOf(id).FolderPath) is not null || FileStatus.Of(VmDraft.PathOf(vmsFolder, id)) is not null;

    /// <summary>
    /// Removes the VM's folder. It is renamed first, so that no half of it is ever seen; a symbolic link in its place is
    /// removed itself, and what it points to is not touched.
    /// </summary>
    public void Remove(Vm vm)
    {
        var trash = VmDraft.PathOf(vmsFolder, vm.Id);
        if (FileStatus.Of(vm.Folder.FolderPath) is { Kind: FileKind.Folder })
        {
            Directory.Move(vm.Folder.FolderPath, trash);
            DurableFile.SyncFolder(vmsFolder);
            Directory.Delete(trash, recursive: true);
        }
        else
        {
            File.Delete(vm.Folder.FolderPath);
        }

        DurableFile.SyncFolder(vmsFolder);
        Forget(vm.Id);
        Forget(vm.Id, NameOf(vm));
    }

    /// <summary>Removes what a killed daemon left of creates and deletes that were under way.</summary>
    /// <returns>The folders that were removed.</returns>
    public IReadOnlyList<string> RemoveUnfinished()
    {
        var unfinished = Directory.GetDirectories(vmsFolder, VmDraft.Prefix + "*");
        foreach (var folder in unfinished)
        {
            Directory.Delete(folder, recursive: true);
        }

        return unfinished;
    }

    private Vm? TryFind(VmReference reference)
    {
        if (reference.Id is { } id)
        {
            return TryFind(id);
        }

        if (reference.Name is { } name && _names.TryGetValue(name, out id)
            && TryFind(id) is { } vm && vm.Spec?.Name == name.ToString())
        {
            return vm;
        }

        // Not in the index, or no longer true: perhaps someone edited a vm.json.
        return List().FirstOrDefault(candidate => candidate.Spec?.Name == reference.ToString());
    }

    private Vm Read(VmId id)
    {
        var folder = FolderOf(id);
        var status = FileStatus.Of(folder.Spec);
        if (_read.TryGetValue(id, out var known) && known.Status == status)
        {
            return known.Vm;
        }

        Forget(id);
        var vm = VmSpecFile.Read(id, folder);
        _read[id] = (status, vm);
        if (NameOf(vm) is { } name)
        {
            _names[name] = id;
        }

        // Whoever removed it in the meantime may have forgotten it before it was noted here.
        if (FileStatus.Of(folder.FolderPath) is null)
        {
            Forget(id);
        }

        return vm;
    }

    private static VmName? NameOf(Vm vm) => VmName.TryParse(vm.Spec?.Name, out var name) ? name : null;

    private void Forget(VmId id)
    {
        if (_read.TryRemove(id, out var known))
        {
            Forget(id, NameOf(known.Vm));
        }
    }

    private void Forget(VmId id, VmName? name)
    {
        if (name is { } taken)
        {
            _names.TryRemove(new KeyValuePair<VmName, VmId>(taken, id));
        }
    }

    private VmFolder FolderOf(VmId id) => new($"{vmsFolder}/{id}");
}

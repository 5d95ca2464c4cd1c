using Aetherscale.Files;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// The VMs of this host: one folder each below <c>&lt;data&gt;/vms</c>. The folders are the truth; what was read is kept
/// while the kernel tells of no change, so that an edit by hand counts at the next look.
/// </summary>
internal sealed class VmStore(string vmsFolder) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FolderWatch _watch = new();
    private readonly VmIndex _index = new();

    /// <summary>What the kernel does not watch for us, and what could not be read: looked at each time.</summary>
    private readonly HashSet<VmId> _unwatched = [];

    private bool _isWatched;

    /// <summary>Every VM, in order of id.</summary>
    public IReadOnlyList<Vm> List()
    {
        lock (_gate)
        {
            Refresh();
            return _index.InOrder;
        }
    }

    /// <summary>The same, and those that are still being made.</summary>
    public (IReadOnlyList<Vm> Vms, IReadOnlyList<(VmId Id, VmName? Name)> Drafts) ListWithDrafts()
    {
        lock (_gate)
        {
            Refresh();
            return (_index.InOrder, _index.Drafts);
        }
    }

    /// <summary>
    /// The VM's id, also of one whose create is under way and has claimed the name: whoever waits for its turn learns what
    /// became of it.
    /// </summary>
    /// <exception cref="AetherscaleException"><c>vm-not-found</c>.</exception>
    public VmId FindId(VmReference reference)
    {
        lock (_gate)
        {
            Refresh();
            var vm = reference.Id is { } id ? _index.TryFind(id) : _index.TryFind(reference.ToString());
            return vm?.Id ?? (reference.Name is { } name ? _index.OwnerOf(name) : null)
                ?? throw UnknownVm.Of(reference, _index.InOrder);
        }
    }

    /// <summary>Whether a VM has the id or name, or is being made with it.</summary>
    public bool Has(string idOrName)
    {
        lock (_gate)
        {
            Refresh();
            return (VmId.TryParse(idOrName, out var id) && (_index.TryFind(id) is not null || _index.IsDraft(id)))
                || _index.TryFind(idOrName) is not null
                || (VmName.TryParse(idOrName, out var name) && _index.OwnerOf(name) is not null);
        }
    }

    /// <returns>Null when no VM has this id.</returns>
    public Vm? TryFind(VmId id)
    {
        lock (_gate)
        {
            Refresh();
            return _index.TryFind(id);
        }
    }

    /// <summary>A place for a new VM that nobody sees before <see cref="VmDraft.Commit"/>.</summary>
    /// <param name="id">An id that no folder and no unit has.</param>
    /// <param name="name">Reserved until the draft is committed or disposed.</param>
    /// <exception cref="AetherscaleException"><c>name-taken</c>.</exception>
    public VmDraft Draft(VmId id, VmName? name)
    {
        Reserve(id, name);
        try
        {
            return new VmDraft(id, vmsFolder, release: () => Free(id, name));
        }
        catch (IOException)
        {
            Free(id, name);
            throw;
        }
    }

    /// <summary>Where the VM's files are, if there is such a VM.</summary>
    public VmFolder FolderOf(VmId id) => new($"{vmsFolder}/{id}");

    /// <summary>Whether a VM stands on the content with this digest; of a VM whose spec cannot be read, that is to be feared.</summary>
    public bool IsBase(string digest) => List().Any(vm => vm.Spec is null || vm.Spec.BaseSha256 == digest);

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
            try
            {
                DurableFile.SyncFolder(vmsFolder);
            }
            finally
            {
                Directory.Delete(trash, recursive: true);
            }
        }
        else
        {
            File.Delete(vm.Folder.FolderPath);
        }

        DurableFile.SyncFolder(vmsFolder);
        Free(vm.Id, VmIndex.NameOf(vm));
    }

    /// <summary>Removes what a killed daemon left of creates and deletes that were under way.</summary>
    /// <param name="onFailure">Called for a folder that cannot be removed.</param>
    /// <returns>The folders that were removed.</returns>
    public IReadOnlyList<string> RemoveUnfinished(Action<string, Exception> onFailure) => VmDraft.RemoveAll(vmsFolder, onFailure);

    public void Dispose() => _watch.Dispose();

    private void Reserve(VmId id, VmName? name)
    {
        lock (_gate)
        {
            Refresh();
            if (name is { } wanted && (_index.TryFind(wanted.ToString())?.Id ?? _index.OwnerOf(wanted)) is { } owner)
            {
                throw new AetherscaleException(
                    NameTaken, $"The name \"{wanted}\" belongs to VM \"{owner}\"; take another or delete that VM.");
            }

            _index.Claim(id, name);
        }
    }

    private void Free(VmId id, VmName? name)
    {
        lock (_gate)
        {
            Refresh();
            _index.Free(id, name);
        }
    }

    /// <summary>Reads again what has changed.</summary>
    private void Refresh()
    {
        var changes = _watch.Take(out var wasLost);
        if (!_isWatched || wasLost || changes.Any(change => change.Folder == vmsFolder && change.Name.Length == 0))
        {
            // Until all is read again, whatever becomes of that, nothing is known.
            _isWatched = false;
            var isWatched = _watch.TryAdd(vmsFolder);
            ReadAll();
            _isWatched = isWatched;
            return;
        }

        foreach (var id in changes.Select(StaleVm).OfType<VmId>().Concat(_unwatched).Distinct().ToList())
        {
            Read(id);
        }
    }

    private VmId? StaleVm((string Folder, string Name) change)
    {
        var name = change.Folder == vmsFolder ? change.Name
            : VmFolder.TellsOfTheVm(change.Name) ? Path.GetFileName(change.Folder)
            : null;
        return VmId.TryParse(name, out var id) ? id : null;
    }

    private void ReadAll()
    {
        var present = Directory.EnumerateDirectories(vmsFolder)
            .Select(folder => VmId.TryParse(Path.GetFileName(folder), out var id) ? id : (VmId?)null)
            .OfType<VmId>();
        var ids = present.Concat(_index.Ids).Distinct().ToList();

        // Watched before they are read: what changes meanwhile is read again.
        var isWatched = ids.ConvertAll(id => Watch(FolderOf(id)));
        var vms = new Vm?[ids.Count];
        Parallel.For(0, ids.Count, number => vms[number] = TryLookAt(ids[number]));
        foreach (var (number, id) in ids.Index())
        {
            Enter(id, vms[number], isWatched[number]);
        }
    }

    private void Read(VmId id) => Enter(id, isWatched: Watch(FolderOf(id)), vm: TryLookAt(id));

    private bool Watch(VmFolder folder) =>
        _watch.TryAdd(folder.FolderPath) & _watch.TryAddFile(folder.FolderPath, VmFolder.SpecName);

    /// <returns>Null when the VM's folder is gone.</returns>
    private Vm? TryLookAt(VmId id) =>
        FolderOf(id) is var folder && FileStatus.Of(folder.FolderPath) is { Kind: FileKind.Folder or FileKind.SymbolicLink }
            ? LookAt(id, folder)
            : null;

    private void Enter(VmId id, Vm? vm, bool isWatched)
    {
        _index.Enter(id, vm);
        _unwatched.Remove(id);

        // What is wrong may pass without the folder changing.
        if (vm is not null && (!isWatched || vm.Problem is not null))
        {
            _unwatched.Add(id);
        }
    }

    private static Vm LookAt(VmId id, VmFolder folder)
    {
        try
        {
            return VmSpecFile.Read(id, folder) with
            {
                IsCreating = FileStatus.Of(folder.Creating) is not null,
                IsDeleting = FileStatus.Of(folder.Tombstone) is not null,
                HasDisk = FileStatus.Of(folder.Disk) is not null,
            };
        }
        catch (IOException error)
        {
            return new Vm(id, folder, null, $"{folder.FolderPath} cannot be looked at: {error.Message}");
        }
    }
}

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
    private readonly Dictionary<VmId, Vm> _vms = [];
    private readonly Dictionary<VmName, VmId> _names = [];

    /// <summary>What the kernel does not watch for us, and what could not be read: looked at each time.</summary>
    private readonly HashSet<VmId> _unwatched = [];

    private IReadOnlyList<Vm>? _inOrder;
    private bool _isWatched;

    /// <summary>Every VM, in order of id.</summary>
    public IReadOnlyList<Vm> List()
    {
        lock (_gate)
        {
            Refresh();
            return _inOrder ??= [.. _vms.Values.OrderBy(vm => vm.Id.ToString(), StringComparer.Ordinal)];
        }
    }

    /// <exception cref="AetherscaleException"><c>vm-not-found</c>.</exception>
    public Vm Find(VmReference reference)
    {
        lock (_gate)
        {
            Refresh();
            var vm = reference.Id is { } id ? _vms.GetValueOrDefault(id) : Named(reference.ToString());
            return vm ?? throw new AetherscaleException(VmNotFound, $"VM \"{reference}\" does not exist.");
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
            return reference.Name is { } name && Named(name.ToString()) is null && Reserved(name) is { } claimed
                ? claimed
                : Find(reference).Id;
        }
    }

    /// <returns>Null when no VM has this id.</returns>
    public Vm? TryFind(VmId id)
    {
        lock (_gate)
        {
            Refresh();
            return _vms.GetValueOrDefault(id);
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
        Free(vm.Id, NameOf(vm));
    }

    /// <summary>Removes what a killed daemon left of creates and deletes that were under way.</summary>
    /// <param name="onFailure">Called for a folder that cannot be removed.</param>
    /// <returns>The folders that were removed.</returns>
    public IReadOnlyList<string> RemoveUnfinished(Action<string, Exception> onFailure)
    {
        var removed = new List<string>();
        foreach (var folder in Directory.GetDirectories(vmsFolder, VmDraft.Prefix + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                removed.Add(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                onFailure(folder, error);
            }
        }

        return removed;
    }

    public void Dispose() => _watch.Dispose();

    private static VmName? NameOf(Vm vm) => VmName.TryParse(vm.Spec?.Name, out var name) ? name : null;

    private void Reserve(VmId id, VmName? name)
    {
        lock (_gate)
        {
            Refresh();
            if (name is { } wanted && (Named(wanted.ToString())?.Id ?? Reserved(wanted)) is { } owner)
            {
                throw new AetherscaleException(
                    NameTaken, $"The name \"{wanted}\" belongs to VM \"{owner}\"; take another or delete that VM.");
            }

            if (name is { } free)
            {
                _names[free] = id;
            }
        }
    }

    private VmId? Reserved(VmName name) => _names.TryGetValue(name, out var id) ? id : null;

    private void Free(VmId id, VmName? name)
    {
        lock (_gate)
        {
            Refresh();
            if (name is { } taken && Reserved(taken) == id)
            {
                _names.Remove(taken);
            }
        }
    }

    /// <summary>By the index, or, where several VMs were given one name by hand, the first of them.</summary>
    private Vm? Named(string text) =>
        VmName.TryParse(text, out var name) && Reserved(name) is { } id && _vms.TryGetValue(id, out var vm) && vm.Spec?.Name == text
            ? vm
            : _vms.Values.FirstOrDefault(candidate => candidate.Spec?.Name == text);

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
        var ids = present.Concat(_vms.Keys).Distinct().ToList();

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
        _inOrder = null;
        if (_vms.Remove(id, out var before) && NameOf(before) is { } oldName && Reserved(oldName) == id)
        {
            _names.Remove(oldName);
        }

        _unwatched.Remove(id);
        if (vm is null)
        {
            return;
        }

        _vms[id] = vm;
        if (NameOf(vm) is { } name)
        {
            _names[name] = id;
        }

        // What is wrong may pass without the folder changing.
        if (!isWatched || vm.Problem is not null)
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

    private VmFolder FolderOf(VmId id) => new($"{vmsFolder}/{id}");
}

namespace Aetherscale.VirtualMachines;

/// <summary>The VMs by id and by name, and the names that belong to VMs which are still being made. Not safe for several threads.</summary>
internal sealed class VmIndex
{
    private readonly Dictionary<VmId, Vm> _vms = [];
    private readonly Dictionary<VmName, VmId> _names = [];
    private readonly Dictionary<VmId, VmName?> _drafts = [];
    private IReadOnlyList<Vm>? _inOrder;

    public IEnumerable<VmId> Ids => _vms.Keys;

    /// <summary>Every VM, in order of id.</summary>
    public IReadOnlyList<Vm> InOrder => _inOrder ??= [.. _vms.Values.OrderBy(vm => vm.Id.ToString(), StringComparer.Ordinal)];

    /// <summary>The VMs that are still being made.</summary>
    public IReadOnlyList<(VmId Id, VmName? Name)> Drafts => _drafts.Count == 0 ? [] : [.. _drafts.Select(draft => (draft.Key, draft.Value))];

    public bool IsDraft(VmId id) => _drafts.ContainsKey(id);

    public Vm? TryFind(VmId id) => _vms.GetValueOrDefault(id);

    /// <summary>By the index, or, where several VMs were given one name by hand, the first of them.</summary>
    public Vm? TryFind(string text) =>
        VmName.TryParse(text, out var name) && OwnerOf(name) is { } id && _vms.TryGetValue(id, out var vm) && vm.Spec?.Name == text
            ? vm
            : _vms.Values.FirstOrDefault(candidate => candidate.Spec?.Name == text);

    /// <summary>The VM that has the name, or is to have it.</summary>
    public VmId? OwnerOf(VmName name) => _names.TryGetValue(name, out var id) ? id : null;

    /// <summary>A VM is going to be made; the name is its own from now on.</summary>
    public void Claim(VmId id, VmName? name)
    {
        _drafts[id] = name;
        if (name is { } claimed)
        {
            _names[claimed] = id;
        }
    }

    /// <summary>The VM is gone, or was not made after all.</summary>
    public void Free(VmId id, VmName? name)
    {
        _drafts.Remove(id);
        if (name is { } taken && OwnerOf(taken) == id)
        {
            _names.Remove(taken);
        }
    }

    /// <summary>Puts the VM in the place of what was known of it; null when it is gone.</summary>
    public void Enter(VmId id, Vm? vm)
    {
        _inOrder = null;
        if (_vms.Remove(id, out var before))
        {
            Free(id, NameOf(before));
        }

        if (vm is null)
        {
            return;
        }

        _vms[id] = vm;
        _drafts.Remove(id);
        if (NameOf(vm) is { } name)
        {
            _names[name] = id;
        }
    }

    public static VmName? NameOf(Vm vm) => VmName.TryParse(vm.Spec?.Name, out var name) ? name : null;
}

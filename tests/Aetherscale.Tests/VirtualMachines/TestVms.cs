using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>A folder of VMs with nothing but their specs, and the store of it.</summary>
internal sealed class TestVms : IDisposable
{
    private readonly TestFolder _folder = new();

    public TestVms() => Store = new VmStore(_folder.Path);

    public VmStore Store { get; }

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public void Dispose()
    {
        Store.Dispose();
        _folder.Dispose();
    }

    public static VmSpec SpecOf(VmId id, string? name) => new()
    {
        Format = VmSpec.CurrentFormat,
        VmId = id.ToString(),
        Name = name,
        Image = "tiny",
        BaseSha256 = new string('0', 64),
        Cpus = 1,
        MemoryMib = 128,
        Uuid = Guid.Empty,
        Network = "default",
        Mac = "52:54:0a:4d:00:02",
        Address = "10.77.0.2",
        Created = DateTimeOffset.UnixEpoch,
    };

    public VmId Make(string name) => Make(Store, name);

    public static VmId Make(VmStore store, string name)
    {
        Assert.True(VmName.TryParse(name, out var parsed));
        using var draft = store.Draft(VmId.New(), parsed);
        VmSpecFile.WriteNew(draft.Folder, SpecOf(draft.Id, name));
        draft.Commit();
        return draft.Id;
    }
}

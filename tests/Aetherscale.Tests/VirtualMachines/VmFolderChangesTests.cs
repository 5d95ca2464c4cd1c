using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>What others do to the folders of VMs while the store knows them.</summary>
public sealed class VmFolderChangesTests : IDisposable
{
    private readonly TestVms _vms = new();

    public void Dispose() => _vms.Dispose();

    [Fact]
    public void What_happens_to_a_known_VMs_files_counts_at_the_next_look()
    {
        var id = _vms.Make("web");
        File.WriteAllText(_vms.Store.List()[0].Folder.Disk, "");
        Assert.True(_vms.Store.List()[0].HasDisk);
        File.Delete(_vms.Store.List()[0].Folder.Disk);
        Assert.False(_vms.Store.List()[0].HasDisk);
        File.WriteAllText(_vms.Store.List()[0].Folder.Tombstone, "");
        Assert.True(_vms.Store.TryFind(id)!.IsDeleting);
        Directory.Move(_vms[id.ToString()], _vms["elsewhere"]);
        Assert.Empty(_vms.Store.List());
        Directory.Move(_vms["elsewhere"], _vms[id.ToString()]);
        Assert.True(_vms.Store.TryFind(id)!.IsDeleting);
        Directory.Delete(_vms[id.ToString()], recursive: true);
        Assert.Null(_vms.Store.TryFind(id));
    }

    [Fact]
    public void A_folder_of_VMs_that_is_replaced_as_a_whole_is_read_anew()
    {
        var vms = _vms["vms"];
        Directory.CreateDirectory(vms);
        using var store = new VmStore(vms);
        var before = TestVms.Make(store, "before");
        Assert.Single(store.List());
        Directory.Move(vms, _vms["old"]);
        Directory.CreateDirectory(vms);

        Assert.Empty(store.List());

        var after = TestVms.Make(store, "after");
        Assert.Equal([after], store.List().Select(vm => vm.Id));
        Assert.Null(store.TryFind(before));
    }

    [Fact]
    public void What_is_no_folder_is_no_VM_and_hides_none()
    {
        _ = _vms.Store.List();
        File.WriteAllText(_vms["abcdefgh"], "");
        Directory.CreateDirectory(_vms["zzzzzzzz"]);

        Assert.Equal("zzzzzzzz", Assert.Single(_vms.Store.List()).Id.ToString());
    }

    [Fact]
    public void A_VM_that_cannot_be_looked_at_is_broken_and_comes_back()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may look at everything");
        var id = _vms.Make("web");
        var other = _vms.Make("mail");
        _ = _vms.Store.List();
        File.SetUnixFileMode(_vms[id.ToString()], UnixFileMode.None);
        try
        {
            Assert.Equal(2, _vms.Store.List().Count);
            Assert.NotNull(_vms.Store.TryFind(id)!.Problem);
            Assert.Null(_vms.Store.TryFind(other)!.Problem);
        }
        finally
        {
            File.SetUnixFileMode(_vms[id.ToString()], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Assert.Null(_vms.Store.TryFind(id)!.Problem);
    }

    [Fact]
    public void More_changes_than_the_kernel_keeps_are_not_missed()
    {
        var id = _vms.Make("web");
        _ = _vms.Store.List();
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));

        // Each move makes three events, and an even number of them brings the folder back.
        for (var i = 0; i < (limit / 3 / 2 * 2) + 2; i++)
        {
            Directory.Move(_vms[i % 2 == 0 ? id.ToString() : "elsewhere"], _vms[i % 2 == 0 ? "elsewhere" : id.ToString()]);
        }

        var last = _vms.Make("mail");

        Assert.Equal(new[] { id, last }.OrderBy(one => one.ToString(), StringComparer.Ordinal), _vms.Store.List().Select(vm => vm.Id));
    }
}

using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>VMs that are made, found and removed.</summary>
public sealed class VmStoreTests : IDisposable
{
    private static readonly VmId s_racing = VmId.New();

    private readonly TestVms _vms = new();

    public void Dispose() => _vms.Dispose();

    [Fact]
    public void A_draft_is_seen_by_nobody_before_it_is_committed()
    {
        using var draft = _vms.Store.Draft(VmId.New(), null);
        VmSpecFile.WriteNew(draft.Folder, TestVms.SpecOf(draft.Id, null));
        Assert.Empty(_vms.Store.List());
        Assert.True(_vms.Store.Exists(draft.Id));

        draft.Commit();

        Assert.Equal([draft.Id], _vms.Store.List().Select(vm => vm.Id));
    }

    [Fact]
    public void A_draft_that_is_given_up_leaves_nothing_and_frees_its_name()
    {
        Assert.True(VmName.TryParse("web", out var name));
        using (_vms.Store.Draft(VmId.New(), name))
        {
            Assert.Equal("name-taken", Assert.Throws<AetherscaleException>(() => _vms.Store.Draft(VmId.New(), name)).Code);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_vms.Path));
        using var second = _vms.Store.Draft(VmId.New(), name);
    }

    [Fact]
    public void A_name_that_a_create_has_claimed_leads_to_the_id_that_it_will_have()
    {
        Assert.True(VmName.TryParse("web", out var name));
        var web = VmReference.Parse("web");
        using (var draft = _vms.Store.Draft(VmId.New(), name))
        {
            Assert.Equal(draft.Id, _vms.Store.FindId(web));
            Assert.Null(_vms.Store.TryFind(draft.Id));
        }

        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _vms.Store.FindId(web)).Code);
        Assert.Equal(_vms.Make("web"), _vms.Store.FindId(web));
    }

    [Fact]
    public void A_VM_is_found_by_id_and_by_name()
    {
        var id = _vms.Make("web");

        Assert.Equal(id, _vms.Store.Find(VmReference.Parse("web")).Id);
        Assert.Equal(id, _vms.Store.Find(VmReference.Parse(id.ToString())).Id);
        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _vms.Store.Find(VmReference.Parse("mail"))).Code);
        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _vms.Store.Find(VmReference.Parse("abcdefgh"))).Code);
    }

    [Fact]
    public void A_new_store_knows_what_an_old_one_made()
    {
        var id = _vms.Make("web");

        using var other = new VmStore(_vms.Path);
        Assert.Equal(id, other.Find(VmReference.Parse("web")).Id);
    }

    [Fact]
    public void A_removed_VM_is_gone_and_its_name_free()
    {
        _vms.Make("web");

        _vms.Store.Remove(_vms.Store.Find(VmReference.Parse("web")));

        Assert.Empty(_vms.Store.List());
        Assert.Empty(Directory.GetFileSystemEntries(_vms.Path));
        _vms.Make("web");
    }

    [Fact]
    public void A_VM_that_nobody_has_looked_at_frees_its_name_too()
    {
        Assert.True(VmName.TryParse("web", out var name));
        using var draft = _vms.Store.Draft(VmId.New(), name);
        var spec = TestVms.SpecOf(draft.Id, "web");
        VmSpecFile.WriteNew(draft.Folder, spec);
        draft.Commit();

        _vms.Store.Remove(new Vm(draft.Id, draft.FinalFolder, spec, null));

        _vms.Make("web");
    }

    [Fact]
    public async Task A_name_stays_free_although_somebody_looked_while_its_VM_was_removed()
    {
        using var done = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                _ = _vms.Store.TryFind(s_racing);
            }
        }, TestContext.Current.CancellationToken);
        Assert.True(VmName.TryParse("web", out var name));
        for (var round = 0; round < 200; round++)
        {
            using var draft = _vms.Store.Draft(s_racing, name);
            var spec = TestVms.SpecOf(draft.Id, "web");
            VmSpecFile.WriteNew(draft.Folder, spec);
            draft.Commit();
            _vms.Store.Remove(new Vm(draft.Id, draft.FinalFolder, spec, null));
        }

        await done.CancelAsync();
        await looking;
    }

    [Fact]
    public void A_link_in_a_VMs_place_is_removed_and_its_target_left_alone()
    {
        using var elsewhere = new TestFolder();
        File.WriteAllText(elsewhere["precious"], "");
        _vms.Make("web");
        var vm = _vms.Store.Find(VmReference.Parse("web"));
        Directory.Delete(vm.Folder.FolderPath, recursive: true);
        Directory.CreateSymbolicLink(vm.Folder.FolderPath, elsewhere.Path);

        _vms.Store.Remove(vm);

        Assert.True(File.Exists(elsewhere["precious"]));
        Assert.Empty(Directory.GetFileSystemEntries(_vms.Path));
    }

    [Fact]
    public void What_was_under_way_is_removed()
    {
        _vms.Make("web");
        Directory.CreateDirectory(_vms[VmDraft.Prefix + "abcdefgh"]);

        Assert.Single(_vms.Store.RemoveUnfinished((_, error) => throw error));

        Assert.Single(_vms.Store.List());
        Assert.Single(Directory.GetFileSystemEntries(_vms.Path));
    }
}

using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmStoreTests : IDisposable
{
    private static readonly VmId s_racing = VmId.New();

    private readonly TestFolder _folder = new();
    private readonly VmStore _store;

    public VmStoreTests() => _store = new VmStore(_folder.Path);

    [Fact]
    public void A_draft_is_seen_by_nobody_before_it_is_committed()
    {
        using var draft = _store.Draft(VmId.New(), null);
        VmSpecFile.WriteNew(draft.Folder, SpecOf(draft.Id, null));
        Assert.Empty(_store.List());
        Assert.True(_store.Exists(draft.Id));

        draft.Commit();

        Assert.Equal([draft.Id], _store.List().Select(vm => vm.Id));
    }

    [Fact]
    public void A_draft_that_is_given_up_leaves_nothing_and_frees_its_name()
    {
        Assert.True(VmName.TryParse("web", out var name));
        using (_store.Draft(VmId.New(), name))
        {
            Assert.Equal("name-taken", Assert.Throws<AetherscaleException>(() => _store.Draft(VmId.New(), name)).Code);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        using var second = _store.Draft(VmId.New(), name);
    }

    [Fact]
    public void A_name_that_a_create_has_claimed_leads_to_the_id_that_it_will_have()
    {
        Assert.True(VmName.TryParse("web", out var name));
        var web = VmReference.Parse("web");
        using (var draft = _store.Draft(VmId.New(), name))
        {
            Assert.Equal(draft.Id, _store.FindId(web));
            Assert.Null(_store.TryFind(draft.Id));
        }

        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _store.FindId(web)).Code);
        Assert.Equal(Make("web"), _store.FindId(web));
    }

    [Fact]
    public void A_VM_is_found_by_id_and_by_name()
    {
        var id = Make("web");

        Assert.Equal(id, _store.Find(VmReference.Parse("web")).Id);
        Assert.Equal(id, _store.Find(VmReference.Parse(id.ToString())).Id);
        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _store.Find(VmReference.Parse("mail"))).Code);
        Assert.Equal("vm-not-found", Assert.Throws<AetherscaleException>(() => _store.Find(VmReference.Parse("abcdefgh"))).Code);
    }

    [Fact]
    public void A_new_store_knows_what_an_old_one_made()
    {
        var id = Make("web");

        using var other = new VmStore(_folder.Path);
        Assert.Equal(id, other.Find(VmReference.Parse("web")).Id);
    }

    [Fact]
    public void A_name_changed_by_hand_counts()
    {
        var id = Make("web");
        _ = _store.List();
        var path = _store.Find(VmReference.Parse("web")).Folder.Spec;
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"web\"", "\"mail\""));

        Assert.Equal(id, _store.Find(VmReference.Parse("mail")).Id);
        Assert.Throws<AetherscaleException>(() => _store.Find(VmReference.Parse("web")));
    }

    [Fact]
    public void A_spec_that_its_writer_keeps_open_counts_as_it_is()
    {
        var id = Make("web");
        _ = _store.List();
        var path = _store.Find(VmReference.Parse("web")).Folder.Spec;
        var text = File.ReadAllText(path);
        using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        writer.Write(System.Text.Encoding.UTF8.GetBytes(text.Replace("\"web\"", "\"mxb\"")));

        Assert.Equal(id, _store.Find(VmReference.Parse("mxb")).Id);
    }

    [Theory]
    [InlineData("", "unreadable")]
    [InlineData("{", "unreadable")]
    [InlineData("""{"format": 2}""", "unreadable")]
    [InlineData("base-sha256=../../x", "base-sha256")]
    [InlineData("address=10.77.0.2!!SYSTEM:id", "address")]
    [InlineData("address=1", "address")]
    [InlineData("mac=52:54:00:12:34", "mac")]
    [InlineData("network=../x", "network")]
    [InlineData("name=../x", "name")]
    [InlineData(null, "missing")]
    public void A_spec_that_cannot_be_read_is_the_problem_of_its_VM_alone(string? text, string problem)
    {
        var good = Make("good");
        var bad = Make("bad");
        var path = _store.Find(VmReference.Parse("bad")).Folder.Spec;
        var before = File.ReadAllText(path);
        File.Delete(path);
        if (text?.Split('=') is [var member, var value])
        {
            text = System.Text.RegularExpressions.Regex.Replace(before, $"\"{member}\": \"[^\"]*\"", $"\"{member}\": \"{value}\"");
        }

        if (text is not null)
        {
            File.WriteAllText(path, text);
        }

        var vms = _store.List().ToDictionary(vm => vm.Id);

        Assert.Null(vms[good].Problem);
        Assert.Null(vms[bad].Spec);
        Assert.Contains(problem, vms[bad].Problem);
    }

    [Fact]
    public void A_spec_that_is_a_link_or_a_pipe_is_not_read()
    {
        Make("web");
        var path = _store.Find(VmReference.Parse("web")).Folder.Spec;
        File.Move(path, _folder["elsewhere"]);
        File.CreateSymbolicLink(path, _folder["elsewhere"]);
        Assert.Contains("unreadable", _store.List()[0].Problem);

        File.Delete(path);
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        Assert.Contains("not a plain file", _store.List()[0].Problem);
    }

    [Fact]
    public void A_spec_that_belongs_to_another_VM_is_no_spec_of_this_one()
    {
        var id = Make("web");
        var vm = _store.Find(VmReference.Parse("web"));
        File.WriteAllText(vm.Folder.Spec, File.ReadAllText(vm.Folder.Spec).Replace(id.ToString(), "abcdefgh"));

        Assert.Contains("belongs to VM \"abcdefgh\"", _store.List()[0].Problem);
    }

    [Fact]
    public void A_removed_VM_is_gone_and_its_name_free()
    {
        Make("web");

        _store.Remove(_store.Find(VmReference.Parse("web")));

        Assert.Empty(_store.List());
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        Make("web");
    }

    [Fact]
    public void A_VM_that_nobody_has_looked_at_frees_its_name_too()
    {
        Assert.True(VmName.TryParse("web", out var name));
        using var draft = _store.Draft(VmId.New(), name);
        var spec = SpecOf(draft.Id, "web");
        VmSpecFile.WriteNew(draft.Folder, spec);
        draft.Commit();

        _store.Remove(new Vm(draft.Id, draft.FinalFolder, spec, null));

        Make("web");
    }

    [Fact]
    public async Task A_name_stays_free_although_somebody_looked_while_its_VM_was_removed()
    {
        using var done = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                _ = _store.TryFind(s_racing);
            }
        }, TestContext.Current.CancellationToken);
        Assert.True(VmName.TryParse("web", out var name));
        for (var round = 0; round < 200; round++)
        {
            using var draft = _store.Draft(s_racing, name);
            var spec = SpecOf(draft.Id, "web");
            VmSpecFile.WriteNew(draft.Folder, spec);
            draft.Commit();
            _store.Remove(new Vm(draft.Id, draft.FinalFolder, spec, null));
        }

        await done.CancelAsync();
        await looking;
    }

    [Fact]
    public void A_link_in_a_VMs_place_is_removed_and_its_target_left_alone()
    {
        using var elsewhere = new TestFolder();
        File.WriteAllText(elsewhere["precious"], "");
        Make("web");
        var vm = _store.Find(VmReference.Parse("web"));
        Directory.Delete(vm.Folder.FolderPath, recursive: true);
        Directory.CreateSymbolicLink(vm.Folder.FolderPath, elsewhere.Path);

        _store.Remove(vm);

        Assert.True(File.Exists(elsewhere["precious"]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_happens_to_a_known_VMs_files_counts_at_the_next_look()
    {
        var id = Make("web");
        File.WriteAllText(_store.List()[0].Folder.Disk, "");
        Assert.True(_store.List()[0].HasDisk);
        File.Delete(_store.List()[0].Folder.Disk);
        Assert.False(_store.List()[0].HasDisk);
        File.WriteAllText(_store.List()[0].Folder.Tombstone, "");
        Assert.True(_store.TryFind(id)!.IsDeleting);
        Directory.Move(_folder[id.ToString()], _folder["elsewhere"]);
        Assert.Empty(_store.List());
        Directory.Move(_folder["elsewhere"], _folder[id.ToString()]);
        Assert.True(_store.TryFind(id)!.IsDeleting);
        Directory.Delete(_folder[id.ToString()], recursive: true);
        Assert.Null(_store.TryFind(id));
    }

    [Fact]
    public void A_folder_of_VMs_that_is_replaced_as_a_whole_is_read_anew()
    {
        var vms = _folder["vms"];
        Directory.CreateDirectory(vms);
        using var store = new VmStore(vms);
        var before = Make(store, "before");
        Assert.Single(store.List());
        Directory.Move(vms, _folder["old"]);
        Directory.CreateDirectory(vms);

        Assert.Empty(store.List());

        var after = Make(store, "after");
        Assert.Equal([after], store.List().Select(vm => vm.Id));
        Assert.Null(store.TryFind(before));
    }

    [Fact]
    public void What_is_no_folder_is_no_VM_and_hides_none()
    {
        _ = _store.List();
        File.WriteAllText(_folder["abcdefgh"], "");
        Directory.CreateDirectory(_folder["zzzzzzzz"]);

        Assert.Equal("zzzzzzzz", Assert.Single(_store.List()).Id.ToString());
    }

    [Fact]
    public void A_VM_that_cannot_be_looked_at_is_broken_and_comes_back()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root may look at everything");
        var id = Make("web");
        var other = Make("mail");
        _ = _store.List();
        File.SetUnixFileMode(_folder[id.ToString()], UnixFileMode.None);
        try
        {
            Assert.Equal(2, _store.List().Count);
            Assert.NotNull(_store.TryFind(id)!.Problem);
            Assert.Null(_store.TryFind(other)!.Problem);
        }
        finally
        {
            File.SetUnixFileMode(_folder[id.ToString()], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Assert.Null(_store.TryFind(id)!.Problem);
    }

    [Fact]
    public void More_changes_than_the_kernel_keeps_are_not_missed()
    {
        var id = Make("web");
        _ = _store.List();
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));

        // Each move makes three events, and an even number of them brings the folder back.
        for (var i = 0; i < (limit / 3 / 2 * 2) + 2; i++)
        {
            Directory.Move(_folder[i % 2 == 0 ? id.ToString() : "elsewhere"], _folder[i % 2 == 0 ? "elsewhere" : id.ToString()]);
        }

        var last = Make("mail");

        Assert.Equal(new[] { id, last }.OrderBy(one => one.ToString(), StringComparer.Ordinal), _store.List().Select(vm => vm.Id));
    }

    [Fact]
    public void What_was_under_way_is_removed()
    {
        Make("web");
        Directory.CreateDirectory(_folder[VmDraft.Prefix + "abcdefgh"]);

        Assert.Single(_store.RemoveUnfinished((_, error) => throw error));

        Assert.Single(_store.List());
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    private static VmSpec SpecOf(VmId id, string? name) => new()
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

    private VmId Make(string name) => Make(_store, name);

    private static VmId Make(VmStore store, string name)
    {
        Assert.True(VmName.TryParse(name, out var parsed));
        using var draft = store.Draft(VmId.New(), parsed);
        VmSpecFile.WriteNew(draft.Folder, SpecOf(draft.Id, name));
        draft.Commit();
        return draft.Id;
    }
}

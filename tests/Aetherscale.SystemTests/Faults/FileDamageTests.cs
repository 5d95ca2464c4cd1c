using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>VMs' own files that somebody has changed, removed or put there.</summary>
public sealed class FileDamageTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A17_A_vm_whose_base_has_changed_is_not_started()
    {
        var vm = await CreateStoppedAsync();
        var other = await CreateStoppedAsync();
        var file = Directory.GetFiles($"{_host.Data}/images/sha256").Single();
        var content = File.ReadAllBytes(file);

        // A link that goes changes no content, and is no reason.
        File.Delete($"{_host.Data}/images/polite.qcow2");
        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{other}}"}""");
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{other}}", "kill": true}""");

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, [.. content[..^1], (byte)(content[^1] ^ 1)]);
        await RefusedAsync(vm, "base-changed", file);
        File.Delete(file);
        await RefusedAsync(vm, "base-changed", file);

        File.WriteAllBytes(file, content);
        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
        Assert.Equal("running", await _host.StatusAsync(vm));
    }

    [Theory]
    [InlineData("/etc/shadow")]
    [InlineData("nbd://127.0.0.1:9/x")]
    public async Task A18_A_disk_whose_header_names_another_base_is_not_started(string backing)
    {
        var vm = await CreateStoppedAsync();
        (await Tool.RunAsync("/usr/bin/qemu-img", "rebase", "-u", "-F", "raw", "-b", backing, DiskOf(vm))).Succeeded();

        await RefusedAsync(vm, "disk-unsafe", DiskOf(vm));
    }

    [Fact]
    public async Task A18_A_disk_that_is_none_is_not_started()
    {
        var vm = await CreateStoppedAsync();
        File.Delete(DiskOf(vm));
        File.CreateSymbolicLink(DiskOf(vm), "/etc/passwd");
        await RefusedAsync(vm, "disk-unsafe", "a symbolic link");
        File.Delete(DiskOf(vm));
        File.WriteAllText(DiskOf(vm), "no disk");
        await RefusedAsync(vm, "disk-unsafe", "not a qcow2 file");
        File.Delete(DiskOf(vm));
        (await Tool.RunAsync("/usr/bin/mkfifo", DiskOf(vm))).Succeeded();
        await RefusedAsync(vm, "disk-unsafe", "no regular file");
    }

    [Fact]
    public async Task A39_A_link_in_the_place_of_a_vm_is_deleted_and_what_it_leads_to_is_not()
    {
        using var target = new TemporaryFolder();
        var vm = await CreateStoppedAsync();
        foreach (var file in Directory.GetFiles($"{_host.Data}/vms/{vm}"))
        {
            File.Move(file, $"{target.Path}/{Path.GetFileName(file)}");
        }

        Directory.Delete($"{_host.Data}/vms/{vm}");
        Directory.CreateSymbolicLink($"{_host.Data}/vms/{vm}", target.Path);
        var before = Directory.GetFiles(target.Path).Order();

        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{vm}}"}""");

        Assert.Empty(Directory.GetFileSystemEntries($"{_host.Data}/vms"));
        Assert.Equal(before, Directory.GetFiles(target.Path).Order());
        Assert.Null(await _host.StatusAsync(vm));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"format\": 99}")]
    [InlineData("\0\0\0\0")]
    public async Task B08_A_vm_whose_spec_is_corrupt_is_broken_and_the_others_work(string spec)
    {
        var vm = await CreateStoppedAsync();
        var other = await _host.CreateAsync("polite");
        await _host.KillDaemonAsync();
        File.WriteAllText($"{_host.Data}/vms/{vm}/vm.json", spec);
        await _host.StartDaemonAsync();

        Assert.Equal("broken", await _host.StatusAsync(vm));
        await Wait.UntilAsync("the other is seen to run", async () => await _host.StatusAsync(other) == "running");
        await RefusedAsync(vm, "vm-broken", "vm.json");
        Assert.True(File.Exists(DiskOf(vm)));
        await _host.CreateAsync("polite", """, "no-start": true""");
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{vm}}"}""");
    }

    [Fact]
    public async Task B11_A_vm_whose_disk_is_missing_is_not_started_and_gets_no_new_one()
    {
        var vm = await CreateStoppedAsync();
        File.Delete(DiskOf(vm));

        Assert.Equal("broken", await _host.StatusAsync(vm));
        await RefusedAsync(vm, "disk-missing", DiskOf(vm));
        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();
        await RefusedAsync(vm, "disk-missing", DiskOf(vm));
        Assert.False(File.Exists(DiskOf(vm)));
    }

    [Fact]
    public async Task B12_What_belongs_to_no_vm_is_told_of_and_left_alone()
    {
        var vm = await CreateStoppedAsync();
        await _host.KillDaemonAsync();
        var orphan = Directory.CreateDirectory($"{_host.Data}/vms/abcdefgh").FullName;
        File.Copy(DiskOf(vm), $"{orphan}/disk.qcow2");
        File.WriteAllText($"{_host.Data}/vms/notes.txt", "mine");
        Directory.CreateDirectory($"{_host.Data}/vms/My backup");
        var unit = $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf("hgfedcba")}";
        File.WriteAllText(unit, File.ReadAllText($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}"));

        await _host.StartDaemonAsync();

        Assert.True(File.Exists($"{orphan}/disk.qcow2"));
        Assert.True(File.Exists($"{_host.Data}/vms/notes.txt"));
        Assert.True(Directory.Exists($"{_host.Data}/vms/My backup"));
        Assert.True(File.Exists(unit));
        Assert.All([orphan, "notes.txt", "My backup", unit], path => Assert.Contains(path, _host.Log));
        Assert.Equal("broken", await _host.StatusAsync("abcdefgh"));
        Assert.Equal("stopped", await _host.StatusAsync(vm));

        // Who wants it gone says so.
        await _host.RunAsync("delete-vm", """{"vm-id": "abcdefgh"}""");
        Assert.False(Directory.Exists(orphan));
    }

    private string DiskOf(string vm) => $"{_host.Data}/vms/{vm}/disk.qcow2";

    private Task<string> CreateStoppedAsync() => _host.CreateAsync("polite", """, "no-start": true""");

    private async Task RefusedAsync(string vm, string code, string words)
    {
        var refused = await _host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{vm}}}"}}""");
        Assert.Equal(code, refused.Code);
        Assert.Contains(words, refused.Reason);
        Assert.Equal("inactive", await Systemctl.PropertyAsync(TestHost.UnitOf(vm), "ActiveState"));
    }
}

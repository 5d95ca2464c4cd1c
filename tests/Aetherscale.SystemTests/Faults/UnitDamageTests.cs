using Aetherscale.Systemd;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>Units that are missing, empty, cut off or half written, and links to none, as a daemon finds them when it starts.</summary>
public sealed class UnitDamageTests : IAsyncLifetime
{
    private const int Cuts = 40;

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task B06_An_empty_unit_is_written_again()
    {
        var vm = await CreateStoppedAsync();
        var unit = File.ReadAllText(FileOf(vm));
        await RestartAsync(() => File.WriteAllText(FileOf(vm), ""));

        Assert.Equal(unit, File.ReadAllText(FileOf(vm)));
        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
        Assert.Equal("running", await _host.StatusAsync(vm));
    }

    [Fact]
    public async Task B06_An_empty_unit_of_a_network_is_written_again()
    {
        await CreateStoppedAsync();
        var file = $"{TestEnvironment.UnitFolder}/aetherscale-net-{_host.Network}-router.service";
        var unit = File.ReadAllText(file);
        await RestartAsync(() => File.WriteAllText(file, ""));

        Assert.Equal(unit, File.ReadAllText(file));
    }

    [Fact]
    public async Task B07_A_unit_that_was_cut_anywhere_is_written_again()
    {
        var units = new Dictionary<string, string>();
        for (var i = 0; i < Cuts; i++)
        {
            var vm = await CreateStoppedAsync();
            units[vm] = File.ReadAllText(FileOf(vm));
        }

        await RestartAsync(() =>
        {
            foreach (var (number, (vm, text)) in units.Index())
            {
                File.WriteAllText(FileOf(vm), text[..(text.Length * number / Cuts)]);
            }
        });

        Assert.All(units, unit => Assert.Equal(unit.Value, File.ReadAllText(FileOf(unit.Key))));
        Assert.Equal(Cuts, _host.Count("was missing or damaged; it is written again"));
    }

    [Fact]
    public async Task B09_Half_written_files_are_removed()
    {
        var vm = await CreateStoppedAsync();
        string[] files =
        [
            FileOf(vm) + ".tmp",
            $"{_host.Data}/vms/{vm}/vm.json.tmp",
            $"{_host.Data}/networks/{_host.Network}/.{vm}",
            $"{_host.Data}/vms/.unfinished-abcdefgh/disk.qcow2",
        ];
        await RestartAsync(() =>
        {
            Directory.CreateDirectory($"{_host.Data}/vms/.unfinished-abcdefgh");
            Array.ForEach(files, file => File.WriteAllText(file, "half a"));
        });

        Assert.DoesNotContain(files, File.Exists);
        Assert.False(Directory.Exists($"{_host.Data}/vms/.unfinished-abcdefgh"));
        Assert.Equal("stopped", await _host.StatusAsync(vm));
    }

    [Fact]
    public async Task B10_A_unit_that_was_removed_while_its_vm_runs_is_restored_and_the_vm_runs_on()
    {
        var vm = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(vm, "POLITE UP");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(vm));
        var unit = File.ReadAllText(FileOf(vm));
        File.Delete(FileOf(vm));
        (await Systemctl.RunAsync("daemon-reload")).Succeeded();
        var listed = (await _host.RunAsync("list-vms")).EnumerateArray().Single();
        Assert.Equal("running", listed.GetProperty("status").GetString());
        Assert.Contains("its unit file is missing", listed.GetProperty("hint").GetString());

        await RestartAsync(() => { });

        Assert.Equal(unit, File.ReadAllText(FileOf(vm)));
        await Wait.UntilAsync("it is listed as running", async () => await _host.StatusAsync(vm) == "running");
        Assert.Equal(pid, await Systemctl.MainPidAsync(TestHost.UnitOf(vm)));
        Assert.Equal("loaded", await Systemctl.PropertyAsync(TestHost.UnitOf(vm), "LoadState"));
        var stopped = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{vm}}"}""");
        Assert.Equal("stopped", stopped.GetProperty("status").GetString());
    }

    [Fact]
    public async Task B13_A_link_to_a_unit_that_is_gone_is_removed_and_those_of_others_are_left()
    {
        using var folder = new TemporaryFolder();
        await using var host = TestHost.Prepare(new Dictionary<string, string> { ["AETHERSCALE_UNIT_FOLDER"] = folder.Path }, "polite");
        var wants = Directory.CreateDirectory($"{folder.Path}/{TestEnvironment.Scope.BootTarget()}.wants").FullName;
        File.CreateSymbolicLink($"{wants}/aetherscale-vm-abcdefgh.service", "../aetherscale-vm-abcdefgh.service");
        File.CreateSymbolicLink($"{wants}/other.service", "../other.service");
        await host.StartDaemonAsync();

        Assert.Equal([$"{wants}/other.service"], Directory.GetFileSystemEntries(wants));
        Assert.Contains($"Removed {wants}/aetherscale-vm-abcdefgh.service", host.Log);

        // With a daemon of another state folder beside it nobody can tell whose the link is.
        await host.KillDaemonAsync();
        File.CreateSymbolicLink($"{wants}/aetherscale-vm-abcdefgh.service", "../aetherscale-vm-abcdefgh.service");
        File.WriteAllText($"{folder.Path}/aetherscale-vm-zzzzzzzz.service", UnitChecksum.Seal("[Unit]\nX-Aetherscale-State=/elsewhere\n"));
        await host.StartDaemonAsync();

        Assert.Equal(2, Directory.GetFileSystemEntries(wants).Length);
    }

    private static string FileOf(string vm) => $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}";

    private Task<string> CreateStoppedAsync() => _host.CreateAsync("polite", """, "no-start": true""");

    private async Task RestartAsync(Action meanwhile)
    {
        await _host.KillDaemonAsync();
        meanwhile();
        await _host.StartDaemonAsync();
    }
}

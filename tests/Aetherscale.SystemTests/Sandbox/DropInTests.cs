using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>What the user adds to a VM's unit by <c>systemctl --user edit</c>.</summary>
public sealed class DropInTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_drop_in_is_shown_and_outlives_everything_but_its_VM()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        var dropIn = await AddAsync(id, "[Service]\nEnvironment=ADDED=yes\n");
        Assert.Equal([dropIn], await ShownAsync(id));

        await StartAsync(id);
        Assert.Contains("ADDED=yes", await File.ReadAllTextAsync(
            $"/proc/{await Systemctl.MainPidAsync(TestHost.UnitOf(id))}/environ", TestContext.Current.CancellationToken));
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        // The reconciler writes the unit again, which is gone.
        await _host.KillDaemonAsync();
        File.Delete($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}");
        await _host.StartDaemonAsync();
        await StartAsync(id);
        Assert.Equal([dropIn], await ShownAsync(id));

        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");
        Assert.False(Directory.Exists(Path.GetDirectoryName(dropIn)));
    }

    [Fact]
    public async Task One_that_takes_protection_away_is_seen_in_what_is_missing()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        await AddAsync(id, "[Service]\nPrivateDevices=no\nProtectHome=no\n");
        await StartAsync(id);

        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal(["home-hidden", "devices-hidden"], vm.GetProperty("sandbox-missing").EnumerateArray().Select(name => name.GetString()));
    }

    private static async Task<string> AddAsync(string id, string text)
    {
        var path = $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}.d/override.conf";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private async Task StartAsync(string id) => await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");

    private async Task<IEnumerable<string?>> ShownAsync(string id) =>
        (await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("drop-ins").EnumerateArray().Select(path => path.GetString());
}

using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>The daemon owns nothing that runs.</summary>
public sealed class DaemonDeathTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "deaf", "off");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task B24_Running_vms_do_not_notice_that_the_daemon_ends_and_are_followed_by_the_next_one(bool killed)
    {
        var polite = await CreateAsync("polite", "POLITE UP");
        var deaf = await CreateAsync("deaf", "DEAF UP");
        var stopped = await _host.CreateAsync("polite", """, "name": "idle", "no-start": true""");
        var before = await RunsAsync(polite, deaf);
        var list = (await _host.RunAsync("list-vms")).GetRawText();

        await (killed ? _host.KillDaemonAsync() : _host.StopDaemonAsync());
        Assert.Equal(before, await RunsAsync(polite, deaf));
        await _host.StartDaemonAsync();

        await Wait.UntilAsync("QEMU is followed again", async () => (await _host.RunAsync("list-vms")).GetRawText() == list);
        Assert.Equal(before, await RunsAsync(polite, deaf));
        Assert.Equal("stopped", await StopAsync(polite));
        Assert.Equal("killed", await StopAsync(deaf, """, "kill": true"""));
        Assert.Equal("running", await StartAsync(stopped));
    }

    [Fact]
    public async Task What_happened_while_the_daemon_was_away_is_known_when_it_is_back()
    {
        var ended = await CreateAsync("polite", "POLITE UP");
        var restarted = await CreateAsync("polite", "POLITE UP");
        var runs = await CreateAsync("polite", "POLITE UP");
        await _host.KillDaemonAsync();

        (await Systemctl.RunAsync("stop", TestHost.UnitOf(ended))).Succeeded();
        (await Systemctl.RunAsync("restart", TestHost.UnitOf(restarted))).Succeeded();
        await _host.StartDaemonAsync();

        Assert.Equal("stopped", await _host.StatusAsync(ended));
        Assert.Equal("running", await _host.StatusAsync(restarted));
        Assert.Equal("running", await _host.StatusAsync(runs));
    }

    [Fact]
    public async Task A_stop_that_outlives_the_daemon_is_seen_by_the_next_one()
    {
        var id = await CreateAsync("deaf", "DEAF UP");
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "wait": false}""");
        await Wait.UntilAsync("the stop is under way", async () => await _host.StatusAsync(id) == "stopping");

        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();

        Assert.Equal("stopping", await _host.StatusAsync(id));
        Assert.Equal("killed", await StopAsync(id, """, "kill": true"""));
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_daemon_that_is_killed_over_and_over_keeps_its_vms_running()
    {
        var id = await CreateAsync("polite", "POLITE UP");
        var before = await RunsAsync(id);

        for (var round = 0; round < 5; round++)
        {
            await _host.KillDaemonAsync();
            await _host.StartDaemonAsync();
        }

        Assert.Equal(before, await RunsAsync(id));
        Assert.Equal("stopped", await StopAsync(id));
    }

    [Fact]
    public async Task B34_A_second_daemon_on_the_state_folder_ends_with_a_clear_error_and_harms_nothing()
    {
        var id = await CreateAsync("polite", "POLITE UP");
        var before = await RunsAsync(id);

        var second = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale", TestEnvironment.Daemon, _host.Settings);

        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains($"Another aetherscale daemon works on {_host.Data}", second.Error);
        Assert.DoesNotContain("   at ", second.Error);
        Assert.Equal("running", await _host.StatusAsync(id));
        Assert.Equal(before, await RunsAsync(id));
    }

    private static async Task<IReadOnlyList<string>> RunsAsync(params string[] ids)
    {
        var runs = new List<string>();
        foreach (var id in ids)
        {
            runs.Add((await Systemctl.RunAsync(
                "show", "--property", "Id,MainPID,ActiveState,NRestarts,ExecMainStartTimestampMonotonic", TestHost.UnitOf(id)))
                .Succeeded().Output);
        }

        return runs;
    }

    private async Task<string> CreateAsync(string image, string console)
    {
        var id = await _host.CreateAsync(image);
        await _host.WaitForConsoleAsync(id, console);
        return id;
    }

    private async Task<string?> StopAsync(string id, string more = "") =>
        (await _host.RunAsync("stop-vm", $$$"""{"vm-id": "{{{id}}}"{{{more}}}}""")).GetProperty("status").GetString();

    private async Task<string?> StartAsync(string id)
    {
        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");
        return await _host.StatusAsync(id);
    }
}

using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary><c>restart-vm</c>: by a shutdown and a start, and by the reset button.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "deaf");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_guest_is_shut_down_and_started_again_as_often_as_one_likes()
    {
        var (id, unit) = await CreateAsync("polite", "POLITE UP");
        var link = File.GetCreationTimeUtc($"{TestEnvironment.WantsFolder}/{unit}");
        var pids = new HashSet<int> { await Systemctl.MainPidAsync(unit) };

        // More often than systemd lets a unit start within StartLimitIntervalSec=.
        for (var round = 2; round < 9; round++)
        {
            AssertAnswer(null, await RestartAsync(id));
            Assert.Equal("running", await _host.StatusAsync(id));
            Assert.True(pids.Add(await Systemctl.MainPidAsync(unit)));
            await Wait.UntilAsync("the guest is up again", () => Boots(id, "POLITE UP") == round);
        }

        Assert.Equal("0", await Systemctl.PropertyAsync(unit, "NRestarts"));
        Assert.Equal(link, File.GetCreationTimeUtc($"{TestEnvironment.WantsFolder}/{unit}"));
    }

    [Fact]
    public async Task A_guest_that_does_not_obey_is_killed_and_started_again()
    {
        var (id, unit) = await CreateAsync("deaf", "DEAF UP");
        var pid = await Systemctl.MainPidAsync(unit);
        var started = Stopwatch.GetTimestamp();

        var answer = await RestartAsync(id, """, "timeout": 2""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 2, 7);
        AssertAnswer($"VM \"{id}\" did not shut down in time and was killed", answer);
        Assert.NotEqual(pid, await Systemctl.MainPidAsync(unit));
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_reset_keeps_the_process()
    {
        var (id, unit) = await CreateAsync("polite", "POLITE UP");
        var pid = await Systemctl.MainPidAsync(unit);

        AssertAnswer(null, await RestartAsync(id, """, "hard": true"""));

        await Wait.UntilAsync("the guest is up again", () => Boots(id, "POLITE UP") == 2);
        Assert.Equal(pid, await Systemctl.MainPidAsync(unit));
    }

    [Fact]
    public async Task A_paused_guest_goes_on_after_its_reset()
    {
        var (id, _) = await CreateAsync("polite", "POLITE UP");
        await _host.RunAsync("pause-vm", $$"""{"vm-id": "{{id}}"}""");

        await RestartAsync(id, """, "hard": true""");

        Assert.Equal("running", await _host.StatusAsync(id));
        await Wait.UntilAsync("the guest is up again", () => Boots(id, "POLITE UP") == 2);
    }

    [Fact]
    public async Task A_paused_guest_is_woken_to_be_restarted()
    {
        var (id, _) = await CreateAsync("polite", "POLITE UP");
        await _host.RunAsync("pause-vm", $$"""{"vm-id": "{{id}}"}""");

        AssertAnswer(null, await RestartAsync(id));
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_vm_that_does_not_run_is_started()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        AssertAnswer($"VM \"{id}\" was not running", await RestartAsync(id));
        Assert.Equal("running", await _host.StatusAsync(id));
        Assert.True(TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task What_was_changed_in_the_spec_counts_from_the_restart_on()
    {
        var (id, unit) = await CreateAsync("polite", "POLITE UP");
        var spec = $"{_host.Data}/vms/{id}/vm.json";
        File.WriteAllText(spec, File.ReadAllText(spec).Replace("\"memory-mib\": 128", "\"memory-mib\": 96"));

        await RestartAsync(id);

        var line = File.ReadAllText($"/proc/{await Systemctl.MainPidAsync(unit)}/cmdline");
        Assert.Contains("\0-m\096M\0", line);
    }

    [Fact]
    public async Task A_restart_goes_on_when_the_daemon_dies_meanwhile()
    {
        await _host.StopDaemonAsync();
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_STOP_GRACE_SECONDS"] = "3" }, "deaf");
        var id = await host.CreateAsync("deaf");
        await host.WaitForConsoleAsync(id, "DEAF UP");
        var unit = TestHost.UnitOf(id);
        var pid = await Systemctl.MainPidAsync(unit);
        var restart = host.SendAsync($$$"""{"command": "restart-vm", "options": {"vm-id": "{{{id}}}"}}""");
        await Wait.UntilAsync("it is shut down", async () => await Systemctl.PropertyAsync(unit, "ActiveState") == "deactivating");

        await host.KillDaemonAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => restart);
        await Wait.UntilAsync(
            "it runs again", async () => await Systemctl.IsActiveAsync(unit) && await Systemctl.MainPidAsync(unit) != pid);
        Assert.True(TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task Who_does_not_wait_is_answered_while_the_guest_shuts_down()
    {
        var (id, unit) = await CreateAsync("deaf", "DEAF UP");
        var pid = await Systemctl.MainPidAsync(unit);
        var started = Stopwatch.GetTimestamp();

        var result = await _host.CliAsync("restart-vm", id, "--no-wait", "--timeout", "4");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3.5);
        Assert.Equal($"VM-ID     NAME  STATUS\n{id}  -     stopping\n", result.Succeeded().Output);
        Assert.Equal("stopping", await _host.StatusAsync(id));
        await Wait.UntilAsync(
            "it runs again", async () => await Systemctl.IsActiveAsync(unit) && await Systemctl.MainPidAsync(unit) != pid);
    }

    [Fact]
    public async Task A_kill_does_not_wait_for_the_grace_of_a_restart()
    {
        var (id, unit) = await CreateAsync("deaf", "DEAF UP");
        var restart = RestartAsync(id);
        await Wait.UntilAsync("it is shut down", async () => await Systemctl.PropertyAsync(unit, "ActiveState") == "deactivating");
        var started = Stopwatch.GetTimestamp();

        var kill = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "kill": true}""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 8);
        Assert.Equal("killed", kill.GetProperty("status").GetString());
        AssertAnswer($"VM \"{id}\" did not shut down in time and was killed", await restart);
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    private static void AssertAnswer(string? hint, JsonElement answer)
    {
        Assert.Equal("starting", answer.GetProperty("status").GetString());
        Assert.Equal(hint, answer.TryGetProperty("hint", out var text) ? text.GetString() : null);
    }

    private async Task<(string Id, string Unit)> CreateAsync(string image, string console)
    {
        var id = await _host.CreateAsync(image);
        await _host.WaitForConsoleAsync(id, console);
        return (id, TestHost.UnitOf(id));
    }

    private Task<JsonElement> RestartAsync(string id, string more = "") =>
        _host.RunAsync("restart-vm", $$"""{"vm-id": "{{id}}"{{more}}}""");

    private int Boots(string id, string text) => _host.ConsoleOf(id).Split(text).Length - 1;
}

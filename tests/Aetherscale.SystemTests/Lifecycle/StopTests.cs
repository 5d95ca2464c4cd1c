using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>Stops that wait, that do not, that run out of time, and that are overtaken; and the order of commands on a VM.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "deaf");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_stop_that_is_not_waited_for_answers_at_once_and_goes_on()
    {
        var id = await CreateDeafAsync();
        var started = Stopwatch.GetTimestamp();

        var answer = await StopAsync(id, """, "wait": false, "timeout": 3""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 2);
        Assert.Equal("stopping", StatusOf(answer));
        await WaitUntilStoppingAsync(id);
        await Wait.UntilAsync("it is stopped", async () => await _host.StatusAsync(id) == "stopped");
    }

    [Fact]
    public async Task A_stop_that_is_not_waited_for_says_when_there_is_nothing_to_stop()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        AssertKilled(await StopAsync(id, """, "wait": false"""), hint: $"VM \"{id}\" was not running");
    }

    [Fact]
    public async Task A_start_right_behind_a_stop_that_is_not_waited_for_restarts_the_vm_for_many_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var id = await _host.CreateAsync("polite");
            var boots = 1;
            for (var round = 0; round < 3; round++)
            {
                await Wait.UntilAsync("the guest is up", () => _host.ConsoleOf(id).Split("POLITE UP").Length == boots + 1);
                await StopAsync(id, """, "wait": false""");
                var start = await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");
                Assert.False(start.TryGetProperty("hint", out var hint), hint.ToString());
                Assert.Equal("running", await _host.StatusAsync(id));
                boots++;
            }

            Assert.True(TestHost.IsEnabled(id));
        }));
    }

    [Fact]
    public async Task An_obedient_guest_that_is_not_waited_for_is_soon_stopped()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");

        Assert.Equal("stopping", StatusOf(await StopAsync(id, """, "wait": false""")));

        await Wait.UntilAsync("it is stopped", async () => await _host.StatusAsync(id) == "stopped", 10);
    }

    [Fact]
    public async Task A_kill_that_has_begun_is_carried_through_though_the_daemon_is_told_to_stop()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await _host.CreateAsync("polite");
            var unit = TestHost.UnitOf(id);
            var pid = await Systemctl.MainPidAsync(unit);
            var kill = _host.SendAsync($$$"""{"command": "stop-vm", "options": {"vm-id": "{{{id}}}", "kill": true}}""");
            await Task.Delay(3 * round, TestContext.Current.CancellationToken);

            await _host.StopDaemonAsync();

            // Whether it came to the kill or not: systemd, which waits for a second before a restart, has started no other QEMU.
            await Task.Delay(1500, TestContext.Current.CancellationToken);
            Assert.Contains(await Systemctl.MainPidAsync(unit), new[] { 0, pid });
            await Task.WhenAny(kill);
            await _host.StartDaemonAsync();
            await _host.RunAsync("delete-vm", $$$"""{"vm-id": "{{{id}}}"}""");
        }
    }

    [Fact]
    public async Task B21_A_deaf_guest_is_killed_when_the_timeout_ends_and_the_answer_says_so()
    {
        var id = await CreateDeafAsync();
        var started = Stopwatch.GetTimestamp();

        var answer = await StopAsync(id, """, "timeout": 2""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 2, 6);
        AssertKilled(answer, hint: $"VM \"{id}\" did not shut down in time");
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_kill_does_not_ask_the_guest()
    {
        var id = await CreateDeafAsync();
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        var started = Stopwatch.GetTimestamp();

        var answer = await StopAsync(id, """, "kill": true""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3);
        AssertKilled(answer, hint: null);
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.Equal("stopped", await _host.StatusAsync(id));
        Assert.False(TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task A_kill_overtakes_a_graceful_stop_of_a_deaf_guest()
    {
        var id = await CreateDeafAsync();
        var graceful = StopAsync(id);
        await WaitUntilStoppingAsync(id);
        var started = Stopwatch.GetTimestamp();

        var kill = await StopAsync(id, """, "kill": true""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        AssertKilled(await graceful, hint: null);
        AssertKilled(kill, hint: null);
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_delete_overtakes_a_graceful_stop_of_a_deaf_guest()
    {
        var id = await CreateDeafAsync();
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        var graceful = StopAsync(id);
        await WaitUntilStoppingAsync(id);
        var started = Stopwatch.GetTimestamp();

        var deleted = await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        Assert.Equal("deleted", StatusOf(deleted));
        AssertKilled(await graceful, hint: null);
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.Null(await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_start_that_follows_a_stop_waits_its_turn()
    {
        var id = await CreateDeafAsync();
        var first = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        Assert.Equal("stopping", StatusOf(await StopAsync(id, """, "wait": false, "timeout": 2""")));
        var accepted = Stopwatch.GetTimestamp();

        var start = await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.InRange(Stopwatch.GetElapsedTime(accepted).TotalSeconds, 1.5, 10);
        Assert.Equal("starting", StatusOf(start));
        Assert.False(start.TryGetProperty("hint", out _), $"{start}");
        Assert.Equal("running", await _host.StatusAsync(id));
        Assert.NotEqual(first, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
        Assert.True(TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task Commands_on_different_vms_run_side_by_side()
    {
        var slow = await CreateDeafAsync();
        var stop = StopAsync(slow, """, "timeout": 20""");
        await WaitUntilStoppingAsync(slow);

        var other = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(other, "POLITE UP");
        Assert.Equal("stopped", StatusOf(await StopAsync(other)));
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{other}}"}""");

        Assert.Equal("stopping", await _host.StatusAsync(slow));
        Assert.False(stop.IsCompleted);
        await StopAsync(slow, """, "kill": true""");
        await stop;
    }

    [Theory]
    [InlineData(""", "timeout": 0""", "\"timeout\" must be from 1 to 90 seconds")]
    [InlineData(""", "timeout": 91""", "\"timeout\" must be from 1 to 90 seconds")]
    [InlineData(""", "timeout": 5, "kill": true""", "exclude each other")]
    public async Task Options_that_make_no_sense_are_refused_and_stop_nothing(string more, string reason)
    {
        var id = await _host.CreateAsync("polite");

        var refused = await _host.RefusedAsync($$$"""{"command": "stop-vm", "options": {"vm-id": "{{{id}}}"{{{more}}}}}""");

        Assert.Equal("bad-request", refused.Code);
        Assert.Contains(reason, refused.Reason);
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    private static string? StatusOf(JsonElement answer) => answer.GetProperty("status").GetString();

    private static void AssertKilled(JsonElement answer, string? hint)
    {
        Assert.Equal("killed", StatusOf(answer));
        Assert.Equal(hint, answer.TryGetProperty("hint", out var said) ? said.GetString() : null);
    }

    private async Task<string> CreateDeafAsync()
    {
        var id = await _host.CreateAsync("deaf");
        await _host.WaitForConsoleAsync(id, "DEAF UP");
        return id;
    }

    private Task<JsonElement> StopAsync(string id, string more = "") => _host.RunAsync("stop-vm", $$$"""{"vm-id": "{{{id}}}"{{{more}}}}""");

    private Task WaitUntilStoppingAsync(string id) =>
        Wait.UntilAsync("the stop is under way", async () => await _host.StatusAsync(id) == "stopping");
}

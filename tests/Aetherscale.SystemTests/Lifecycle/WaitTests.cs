using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary><c>wait-vm</c> for the states of a VM, and what ends a wait before its time.</summary>
public sealed class WaitTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "off");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_wait_for_running_ends_when_the_vm_is_started()
    {
        var id = await _host.CreateAsync("polite", """, "name": "web", "no-start": true""");
        var wait = WaitAsync("web", "running");
        await AssertGoesOnAsync(wait);

        await ActAsync("start-vm", id);

        var reply = await wait.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var address = (await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("address").GetString();
        Assert.Equal(
            $$"""{"status":"running","vm-id":"{{id}}","name":"web","address":"{{address}}"}""", reply.GetProperty("response").GetRawText());
    }

    [Fact]
    public async Task A_wait_for_stopped_ends_when_the_guest_powers_itself_off()
    {
        var id = await _host.CreateAsync("off");

        Assert.Equal("stopped", StatusOf(await WaitAsync(id, "stopped")));
    }

    [Fact]
    public async Task A_pause_is_not_running_until_it_is_over()
    {
        var id = await _host.CreateAsync("polite");
        await ActAsync("pause-vm", id);
        var wait = WaitAsync(id, "running");
        await AssertGoesOnAsync(wait);

        await ActAsync("resume-vm", id);

        Assert.Equal("running", StatusOf(await wait));
    }

    [Fact]
    public async Task Commands_that_came_before_are_done_first()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "wait": false}""");

        Assert.Equal("stopped", StatusOf(await WaitAsync(id, "stopped")));
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Theory]
    [InlineData("running", "is not running")]
    [InlineData("ssh", "has no ssh server that greets")]
    public async Task A_wait_ends_with_its_time_and_says_how_far_the_vm_is(string goal, string lack)
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        var started = Stopwatch.GetTimestamp();

        var info = InfoOf(await WaitAsync(id, goal, 1));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1, 3);
        Assert.Equal(("timeout", $"VM \"{id}\" {lack} after 1 s; it is stopped."), info);
    }

    [Fact]
    public async Task A_guest_without_a_network_is_running_and_not_reached()
    {
        var id = await _host.CreateAsync("polite");

        var (code, reason) = InfoOf(await WaitAsync(id, "port=80", 6));

        Assert.Equal("timeout", code);
        Assert.Matches(@"does not answer on port 80 after 6 s; it is running: port 80 of [0-9.]+: No route to host\.\z", reason);
    }

    [Theory]
    [InlineData("running")]
    [InlineData("stopped")]
    [InlineData("port=80")]
    [InlineData("agent")]
    public async Task A_crash_ends_the_wait_at_once_with_its_cause(string goal)
    {
        var id = await _host.CreateAsync("polite", """, "name": "web", "restart": "never" """);
        if (goal == "running")
        {
            await ActAsync("pause-vm", id);
        }

        var wait = WaitAsync(id, goal);
        await AssertGoesOnAsync(wait);
        var started = Stopwatch.GetTimestamp();

        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(id))).Succeeded();

        Assert.Equal(("vm-crashed", "VM \"web\" crashed: QEMU was killed or crashed."), InfoOf(await wait));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3);
        Assert.Equal("vm-crashed", InfoOf(await WaitAsync(id, goal)).Code);
    }

    [Fact]
    public async Task A_crash_that_systemd_mends_does_not_end_the_wait()
    {
        var id = await _host.CreateAsync("polite");
        await ActAsync("pause-vm", id);
        var wait = WaitAsync(id, "running");
        await AssertGoesOnAsync(wait);

        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(id))).Succeeded();

        Assert.Equal("running", StatusOf(await wait));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_ends_the_wait_at_once(bool runs)
    {
        var id = await _host.CreateAsync("polite", runs ? "" : """, "no-start": true""");
        var wait = WaitAsync(id, "ssh");
        await AssertGoesOnAsync(wait);

        await ActAsync("delete-vm", id);

        var reply = await wait.WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.Equal(("vm-not-found", $"VM \"{id}\" was deleted while it was waited for."), InfoOf(reply));
    }

    [Fact]
    public async Task A_stop_in_between_ends_the_wait_and_a_restart_does_not()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        var wait = WaitAsync(id, "port=80");
        await AssertGoesOnAsync(wait);
        for (var round = 0; round < 3; round++)
        {
            await ActAsync("restart-vm", id);
            await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "wait": false, "timeout": 5}""");
            await ActAsync("start-vm", id);
            await AssertGoesOnAsync(wait);
        }

        await ActAsync("stop-vm", id);

        Assert.Equal(("vm-not-running", $"VM \"{id}\" stopped while it was waited for."), InfoOf(await wait));
    }

    [Fact]
    public async Task A_wait_holds_up_no_command_and_ends_with_its_requester()
    {
        var id = await _host.CreateAsync("polite");
        using var cli = Process.Start(new ProcessStartInfo($"{TestEnvironment.Programs}/aetherscale-cli", ["wait-vm", id, "--for", "ssh"])
        {
            Environment = { ["AETHERSCALE_SOCKET"] = _host.Socket },
        })!;
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(cli.HasExited);
        await ActAsync("pause-vm", id);

        cli.Kill();

        await Wait.UntilAsync("the daemon has given the wait up", () => _host.Log.Contains("refused, timeout: VM"), 5);
        await cli.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("""{"vm-id": "web"}""", "for")]
    [InlineData("""{"vm-id": "web", "for": "tea"}""", "\"for\" must be running, stopped, agent, ip, ssh or port=N with N from 1 to 65535.")]
    [InlineData("""{"vm-id": "web", "for": "ip", "timeout": 0}""", "\"timeout\" must be from 1 to 86400 seconds.")]
    [InlineData("""{"vm-id": "web", "for": "ip", "timeout": 86401}""", "\"timeout\" must be from 1 to 86400 seconds.")]
    public async Task A_wait_for_what_there_is_not_is_a_bad_request(string options, string reason)
    {
        var refused = await _host.RefusedAsync($$"""{"command": "wait-vm", "options": {{options}}}""");

        Assert.Equal("bad-request", refused.Code);
        Assert.Contains(reason, refused.Reason);
    }

    private static async Task AssertGoesOnAsync(Task<JsonElement> wait)
    {
        await Task.Delay(700, TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted, wait.IsCompleted ? (await wait).ToString() : "");
    }

    private static string? StatusOf(JsonElement reply) =>
        reply.TryGetProperty("response", out var response) ? response.GetProperty("status").GetString() : reply.ToString();

    private static (string? Code, string? Reason) InfoOf(JsonElement reply)
    {
        var info = reply.GetProperty("execution-info");
        return info.TryGetProperty("code", out var code) ? (code.GetString(), info.GetProperty("reason").GetString()) : (null, reply.ToString());
    }

    private Task<JsonElement> WaitAsync(string vm, string goal, int seconds = 30) =>
        _host.SendAsync($$$"""{"command": "wait-vm", "options": {"vm-id": "{{{vm}}}", "for": "{{{goal}}}", "timeout": {{{seconds}}}}}""");

    private Task<JsonElement> ActAsync(string command, string vm) => _host.RunAsync(command, $$"""{"vm-id": "{{vm}}"}""");
}

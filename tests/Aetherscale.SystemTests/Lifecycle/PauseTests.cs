using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary><c>pause-vm</c> and <c>resume-vm</c>.</summary>
public sealed class PauseTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_vm_is_paused_and_goes_on_and_each_answer_is_true_when_it_comes()
    {
        var id = await _host.CreateAsync("polite");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        for (var round = 0; round < 10; round++)
        {
            AssertAnswer("paused", null, await ActAsync("pause-vm", id));
            Assert.Equal("paused", await _host.StatusAsync(id));
            AssertAnswer("running", null, await ActAsync("resume-vm", id));
            Assert.Equal("running", await _host.StatusAsync(id));
        }

        Assert.Equal(pid, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
    }

    [Fact]
    public async Task What_had_not_to_be_done_is_said_in_a_hint()
    {
        var id = await _host.CreateAsync("polite");

        AssertAnswer("running", $"VM \"{id}\" was not paused", await ActAsync("resume-vm", id));
        await ActAsync("pause-vm", id);
        AssertAnswer("paused", $"VM \"{id}\" was already paused", await ActAsync("pause-vm", id));
    }

    [Fact]
    public async Task A_daemon_that_was_just_started_pauses_and_resumes_too()
    {
        var id = await _host.CreateAsync("polite");
        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();
        AssertAnswer("paused", null, await ActAsync("pause-vm", id));
        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();
        AssertAnswer("running", null, await ActAsync("resume-vm", id));
    }

    [Theory]
    [InlineData("pause-vm", "")]
    [InlineData("resume-vm", "")]
    [InlineData("restart-vm", """, "hard": true""")]
    public async Task A_vm_that_does_not_run_is_refused(string command, string more)
    {
        var id = await _host.CreateAsync("polite", """, "name": "idle", "no-start": true""");

        Assert.Equal(
            ("vm-not-running", "VM \"idle\" does not run; start it with start-vm first."),
            await _host.RefusedAsync($$$"""{"command": "{{{command}}}", "options": {"vm-id": "{{{id}}}"{{{more}}}}}"""));
    }

    [Fact]
    public async Task A_qemu_that_hangs_is_told_of_in_bounded_time()
    {
        var id = await _host.CreateAsync("polite");
        (await Systemctl.RunAsync("kill", "--signal=STOP", TestHost.UnitOf(id))).Succeeded();
        var started = Stopwatch.GetTimestamp();

        var (code, reason) = await _host.RefusedAsync($$$"""{"command": "pause-vm", "options": {"vm-id": "{{{id}}}"}}""");

        Assert.Equal("qemu-failed", code);
        Assert.Contains("did not answer query-status within 5 s", reason);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 4, 11);
    }

    private static void AssertAnswer(string status, string? hint, JsonElement answer)
    {
        Assert.Equal(status, answer.GetProperty("status").GetString());
        Assert.Equal(hint, answer.TryGetProperty("hint", out var text) ? text.GetString() : null);
    }

    private Task<JsonElement> ActAsync(string command, string vm) => _host.RunAsync(command, $$"""{"vm-id": "{{vm}}"}""");
}

using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>What happened while no daemon ran is found out by the next one.</summary>
public sealed class WhyAwayTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_vms_end_has_its_cause_and_one_that_ran_on_has_no_news()
    {
        var off = await CreateAsync();
        var stopped = await CreateAsync();
        var crashed = await CreateAsync();
        var started = await CreateAsync();
        var runs = await CreateAsync();
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{started}}"}""");
        await Why.AskUntilAsync(_host, started, "stopped");
        await Why.AskUntilAsync(_host, runs, "started");

        await _host.KillDaemonAsync();
        await QemuMonitor.RunAsync(off, "system_powerdown");
        await Wait.UntilAsync("it is off", async () => !await Systemctl.IsActiveAsync(TestHost.UnitOf(off)));
        (await Systemctl.RunAsync("stop", TestHost.UnitOf(stopped))).Succeeded();
        (await Systemctl.RunAsync("start", TestHost.UnitOf(started))).Succeeded();
        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(crashed))).Succeeded();
        await Wait.UntilAsync(
            "it was started again", async () => await Systemctl.PropertyAsync(TestHost.UnitOf(crashed), "NRestarts") == "1"
                && await Systemctl.IsActiveAsync(TestHost.UnitOf(crashed)));
        await _host.StartDaemonAsync();

        await AssertFoundAsync(off, "stopped", "stopped", "guest", "the guest powered itself off");
        await AssertFoundAsync(stopped, "stopped", "stopped", "outside", "its unit was stopped by systemctl or the host");
        await AssertFoundAsync(started, "started", "running", "outside", "its unit was started by systemctl");
        await AssertFoundAsync(crashed, "restarted", "running", "auto-restart", "it crashed, and systemd started it again; 1 times");
        Assert.Equal(["created", "started"], (await Why.AskAsync(_host, runs)).Words);
    }

    [Fact]
    public async Task A_stop_of_ours_that_outlived_its_daemon_is_still_ours()
    {
        var id = await CreateAsync();
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");
        var before = await Why.AskUntilAsync(_host, id, "stopped");

        await _host.KillDaemonAsync();
        await _host.StartDaemonAsync();

        var after = await Why.AskAsync(_host, id);
        Assert.Equal(before.Sentence, after.Sentence);
        Assert.Equal(before.Words, after.Words);
    }

    [Fact]
    public async Task A_history_that_was_cut_in_mid_line_goes_on()
    {
        var id = await CreateAsync();
        await Why.AskUntilAsync(_host, id, "started");
        await _host.KillDaemonAsync();
        var path = $"{_host.Data}/vms/{id}/history.jsonl";
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, text[..^20], TestContext.Current.CancellationToken);

        await _host.StartDaemonAsync();
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        var why = await Why.AskUntilAsync(_host, id, "stopped");
        Assert.Equal("request", why.Cause);
        Assert.Equal("created", why.Words[0]);
    }

    private async Task AssertFoundAsync(string id, string word, string status, string cause, string text)
    {
        var why = await Why.AskUntilAsync(_host, id, word);
        Assert.Equal((status, cause), (why.Status, why.Cause));
        Assert.Contains(text, why.Sentence);
        Assert.EndsWith(", while no daemon ran.", why.Sentence);
        Assert.True(why.Last.GetProperty("while-away").GetBoolean());
    }

    private async Task<string> CreateAsync()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        return id;
    }
}

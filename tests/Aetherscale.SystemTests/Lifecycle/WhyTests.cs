using System.Globalization;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>Real VMs that end in every way that there is, and what why-vm makes of it.</summary>
public sealed class WhyTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "off", "deaf", "reboot");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task B19_a_guest_that_powered_itself_off_is_stopped_and_that_is_why()
    {
        var id = await _host.CreateAsync("off", """, "name": "web" """);

        var why = await Why.AskUntilAsync(_host, "web", "stopped");

        Assert.Equal(("stopped", "guest", "guest-shutdown"), (why.Status, why.Cause, why.Last.GetProperty("qmp-reason").GetString()));
        Assert.StartsWith("VM \"web\" is stopped: the guest powered itself off, at 20", why.Sentence);
        Assert.Equal(["created", "started", "stopped"], why.Words);
        Assert.Equal("success", why.Last.GetProperty("systemd").GetProperty("result").GetString());
        Assert.False(why.Last.TryGetProperty("requester", out _));
        Assert.Equal(id, why.Answer.GetProperty("vm-id").GetString());
    }

    [Fact]
    public async Task A_stop_by_the_cli_names_who_asked()
    {
        var id = await CreatePoliteAsync();
        var reply = (await _host.CliAsync("-o", "json", "stop-vm", id)).Succeeded().Output;
        using var replies = JsonDocument.Parse(reply);
        var request = replies.RootElement[0].GetProperty("execution-info").GetProperty("request-id").GetString();

        var why = await Why.AskUntilAsync(_host, id, "stopped");

        var who = why.Last.GetProperty("requester");
        Assert.Equal(["created", "started", "stopping", "stopped"], why.Words);
        Assert.Equal(
            ("request", "stop-vm", "socket", "aetherscale-cli", request),
            (why.Cause, Text(who, "command"), Text(who, "door"), Text(who, "client"), Text(who, "request-id")));
        Assert.Equal(await TestEnvironment.UserIdAsync(), who.GetProperty("uid").GetInt32().ToString(CultureInfo.InvariantCulture));
        Assert.Contains($"the guest shut down as it was asked to (stop-vm from user", why.Sentence);
        Assert.Contains($"request {request})", why.Sentence);
        Assert.Equal("create-vm", Text(why.Events[0].GetProperty("requester"), "command"));
        Assert.Equal("create-vm", Text(why.Events[1].GetProperty("requester"), "command"));
    }

    [Fact]
    public async Task A_stop_by_systemctl_is_told_as_such()
    {
        var id = await CreatePoliteAsync();

        (await Systemctl.RunAsync("stop", TestHost.UnitOf(id))).Succeeded();

        var why = await Why.AskUntilAsync(_host, id, "stopped");
        Assert.Equal(("stopped", "outside"), (why.Status, why.Cause));
        Assert.Contains("its unit was stopped by systemctl or the host, not through aetherscale", why.Sentence);
        Assert.False(why.Last.TryGetProperty("requester", out _));

        (await Systemctl.RunAsync("start", TestHost.UnitOf(id))).Succeeded();
        Assert.Equal("outside", (await Why.AskUntilAsync(_host, id, "started")).Cause);
    }

    [Fact]
    public async Task B21_a_deaf_guest_was_killed_when_its_time_was_over()
    {
        var id = await _host.CreateAsync("deaf");
        await _host.WaitForConsoleAsync(id, "DEAF UP");

        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "timeout": 1}""");

        var why = await Why.AskUntilAsync(_host, id, "killed");
        Assert.Equal(("stopped", "grace-over", "stop-vm"), (why.Status, why.Cause, Text(why.Last.GetProperty("requester"), "command")));
        Assert.Contains("did not shut down in the time that it was given", why.Sentence);
    }

    [Fact]
    public async Task A_kill_is_no_crash()
    {
        var id = await CreatePoliteAsync();

        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "kill": true}""");

        var why = await Why.AskUntilAsync(_host, id, "killed");
        Assert.Equal(("stopped", "request"), (why.Status, why.Cause));
        Assert.Equal(["created", "started", "killed"], why.Words);
        Assert.Contains("QEMU was ended at once, without asking the guest (stop-vm from user", why.Sentence);
    }

    [Fact]
    public async Task SIGTERM_at_QEMU_is_no_crash_and_nobody_of_ours()
    {
        var id = await CreatePoliteAsync();
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));

        (await Tool.RunAsync("/bin/kill", "-TERM", $"{pid}")).Succeeded();

        var why = await Why.AskUntilAsync(_host, id, "killed");
        Assert.Equal(("stopped", "outside", "host-signal"), (why.Status, why.Cause, Text(why.Last, "qmp-reason")));
    }

    [Fact]
    public async Task B20_a_guest_that_reboots_on_and_on_does_not_fill_its_history()
    {
        var id = await _host.CreateAsync("reboot");
        await Wait.UntilAsync("it has rebooted", () => _host.ConsoleOf(id).Count(c => c == 'R') >= 5);

        var why = await Why.AskUntilAsync(_host, id, "rebooted");

        Assert.Equal(("running", "guest"), (why.Status, why.Cause));
        Assert.Equal(["created", "started", "rebooted"], why.Words);
    }

    [Fact]
    public async Task A_vm_that_was_never_started_is_stopped_since_it_was_made()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        var why = await Why.AskUntilAsync(_host, id, "created");

        Assert.Contains("it was made from the image polite (create-vm from user", why.Sentence);
        Assert.False(why.Answer.TryGetProperty("unit", out _));
    }

    [Fact]
    public async Task People_read_it_in_this_order()
    {
        var id = await CreatePoliteAsync();
        await Why.AskUntilAsync(_host, id, "started");

        var text = (await _host.CliAsync("why-vm", id)).Succeeded().Output;

        Assert.StartsWith($"VM \"{id}\" is running: QEMU was started (create-vm from user", text);
        Assert.Matches(@"(?s)\n\nWhat happened\n.*\n\nsystemd\n.*: active \(running\), result success, restarts 0\n\nLast lines of the journal\n", text);
        Assert.Contains("\n\nLast lines of the console\n  POLITE UP\n", text);
        Assert.Equal(1, (await _host.CliAsync("why-vm", "nobody")).ExitCode);
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();

    private async Task<string> CreatePoliteAsync()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        return id;
    }
}

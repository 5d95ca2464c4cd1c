using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>watch, and logs-vm --follow, of real VMs.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task All_that_happens_to_a_vm_is_told_in_order()
    {
        using var events = await _host.StreamAsync("/v1/events");

        var id = await _host.CreateAsync("polite", """, "name": "web" """);
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        await _host.RunAsync("stop-vm", """{"vm-id": "web"}""");
        await _host.RunAsync("start-vm", """{"vm-id": "web"}""");
        await _host.RunAsync("delete-vm", """{"vm-id": "web"}""");

        Assert.Equal(["created", "started", "stopping", "stopped", "started", "killed", "deleted"], await events.UntilAsync("deleted"));
    }

    [Fact]
    public async Task Pauses_are_told_with_their_cause()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        using var events = await _host.StreamAsync($"/v1/events?vm={id}");

        await QemuMonitor.RunAsync(id, "stop");
        var paused = (await events.NextAsync())!.Value.Json;
        await QemuMonitor.RunAsync(id, "cont");
        var resumed = (await events.NextAsync())!.Value.Json;
        Assert.Equal(("paused", "outside"), (paused.GetProperty("event").GetString(), paused.GetProperty("cause").GetString()));
        Assert.Equal(("resumed", "outside"), (resumed.GetProperty("event").GetString(), resumed.GetProperty("cause").GetString()));
    }

    [Fact]
    public async Task The_cli_prints_a_line_each_as_it_comes()
    {
        using var watch = StartCli("-o", "json", "watch");
        var first = watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();

        // Its listening has begun when it hears of something.
        while (!first.IsCompleted)
        {
            await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{await _host.CreateAsync("polite", """, "no-start": true""")}}"}""");
        }

        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        string? line;
        do
        {
            line = await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        while (!line!.Contains(id, StringComparison.Ordinal));

        using var happened = JsonDocument.Parse(line);
        Assert.Equal("created", happened.RootElement.GetProperty("event").GetString());
        await _host.StopDaemonAsync();
        await watch.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, watch.ExitCode);
        Assert.Contains("the daemon is stopping", await watch.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_watch()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        using var watch = StartCli("logs-vm", id, "--follow");
        await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        (await Tool.RunAsync("/bin/kill", "-INT", $"{watch.Id}")).Succeeded();

        await watch.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, watch.ExitCode);
    }

    [Fact]
    public async Task A_log_is_followed_until_its_vm_is_deleted()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        using var log = StartCli("logs-vm", id, "--follow");
        var output = log.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");

        await log.WaitForExitAsync(TestContext.Current.CancellationToken);
        var text = await output;
        Assert.Equal(0, log.ExitCode);
        Assert.Contains("aetherscale: created: it was made from the image polite", text);
        Assert.Contains($"systemd: Started aetherscale-vm-{id}.service", text);
        Assert.Contains("aetherscale: stopped: the guest shut down as it was asked to (stop-vm", text);
        Assert.Contains("aetherscale: deleted: it was removed with its disk", text);
        Assert.Equal(1, text.Split("aetherscale: created").Length - 1);
    }

    [Fact]
    public async Task A_console_is_followed_through_a_cut_of_its_log()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        using var console = StartCli("logs-vm", id, "--console", "--follow");
        Assert.Equal("POLITE UP", await console.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        var path = $"{_host.Data}/vms/{id}/console.log";

        await File.AppendAllTextAsync(path, "more \x1b[2J\n", TestContext.Current.CancellationToken);
        Assert.Equal(@"more \x1b[2J", await console.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        File.Copy(path, path + ".1");
        await File.AppendAllTextAsync(path + ".1", "before the cut\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, "after\n", TestContext.Current.CancellationToken);

        Assert.Equal("before the cut", await console.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("after", await console.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");
        await console.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, console.ExitCode);
    }

    [Fact]
    public async Task Logs_are_as_many_lines_as_asked_for()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        await File.AppendAllTextAsync($"{_host.Data}/vms/{id}/console.log", "two\r\nthree\r\n", TestContext.Current.CancellationToken);
        await Why.AskUntilAsync(_host, id, "started");

        Assert.Equal("two\nthree\n", (await _host.CliAsync("logs-vm", id, "--console", "--lines", "2")).Succeeded().Output);
        var lines = (await _host.CliAsync("logs-vm", id)).Succeeded().Output;
        Assert.Contains("aetherscale: started: QEMU was started (create-vm from user", lines);
        Assert.Contains("systemd: Started aetherscale-vm", lines);
        Assert.Equal(2, (await _host.CliAsync("logs-vm", id, "--lines", "2")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("", (await _host.CliAsync("logs-vm", id, "--since", "2200-01-01T00:00:00Z")).Succeeded().Output);
        Assert.Equal("bad-request", (await _host.RefusedAsync($$$"""{"command": "logs-vm", "options": {"vm-id": "{{{id}}}", "lines": -1}}""")).Code);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_disconnected_and_others_are_not_held_up()
    {
        using var slow = StartCli("watch");
        using var quick = await _host.StreamAsync("/v1/events");
        var told = Task.Run(async () => await CountAsync(quick));

        // Nobody empties the client's pipe: it stands still, and then the daemon's queue fills.
        var made = 0;
        var name = new string('a', 60);
        while (!_host.Log.Contains("A reader of /v1/events is too slow", StringComparison.Ordinal))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => CreateAndDeleteAsync($"{name}{number}")));
            Assert.True((made += 8) < 4000, "It is never disconnected.");
        }

        var last = await _host.CreateAsync("polite", """, "no-start": true""");

        // Whatever the pipes still hold, it is followed by the truth.
        var text = await slow.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await slow.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, slow.ExitCode);
        Assert.DoesNotContain(last, text);
        Assert.Matches("too slow|disconnected", await slow.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _host.StopDaemonAsync();
        Assert.Equal((2 * made) + 1, await told);
    }

    [Fact]
    public async Task There_is_nothing_to_watch_of_a_vm_that_does_not_exist()
    {
        var result = await _host.CliAsync("watch", "nobody");

        Assert.Equal((1, "aetherscale-cli: VM \"nobody\" does not exist. (vm-not-found)\n"), (result.ExitCode, result.Error));
    }

    private static async Task<int> CountAsync(StreamReader events)
    {
        var count = 0;
        while (await events.NextAsync() is ("vm-event", _))
        {
            count++;
        }

        return count;
    }

    private async Task CreateAndDeleteAsync(string name)
    {
        await _host.CreateAsync("polite", $$""", "no-start": true, "name": "{{name}}" """);
        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{name}}"}""");
    }

    private Process StartCli(params string[] arguments)
    {
        var start = new ProcessStartInfo($"{TestEnvironment.Programs}/aetherscale-cli", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _host.Settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

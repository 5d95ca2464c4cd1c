using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>Crashes, what is kept of them, and what why-vm says.</summary>
public sealed class WhyCrashTests
{
    [Fact]
    public async Task B29_a_killed_qemu_has_crashed_by_its_signal_and_what_could_be_had_is_kept()
    {
        await using var host = await TestHost.StartAsync("polite");
        var id = await host.CreateAsync("polite", """, "name": "web" """);
        await host.WaitForConsoleAsync(id, "POLITE UP");
        using var events = await host.StreamAsync("/v1/events?vm=web");

        (await Systemctl.RunAsync("kill", "--signal=KILL", TestHost.UnitOf(id))).Succeeded();

        var why = await Why.AskUntilAsync(host, id, "restarted");
        Assert.Equal("running", why.Status);
        Assert.Contains("systemd started it again after the crash, at ", why.Sentence);
        Assert.Contains("; before, QEMU was killed by signal 9 (KILL), at ", why.Sentence);
        Assert.Equal(["created", "started", "crashed", "restarted"], why.Words);
        var crash = why.Events[2];
        Assert.Equal(("starting", "qemu-signal"), (Text(crash, "status"), Text(crash, "cause")));
        var end = crash.GetProperty("systemd");
        Assert.Equal(
            ("signal", "killed", 9, false),
            (Text(end, "result"), Text(end, "exec-main-code"), end.GetProperty("exec-main-status").GetInt32(), end.GetProperty("oom-killed").GetBoolean()));

        // The event refers to what was kept.
        JsonElement told;
        do
        {
            told = (await events.NextAsync())!.Value.Json;
        }
        while (Text(told, "event") != "crashed");
        var bundle = told.GetProperty("bundle");
        Assert.Equal(bundle.GetRawText(), why.Answer.GetProperty("bundle").GetRawText());
        var folder = Text(bundle, "folder")!;
        Assert.StartsWith($"{host.Data}/vms/{id}/crashes/", folder);
        Assert.Equal(["console.log", "journal.log", "unit.txt"], Strings(bundle, "files"));
        Assert.Equal(["screen.png: QEMU has ended, and the guest's screen with it"], Strings(bundle, "missing"));
        Assert.Contains("POLITE UP", await File.ReadAllTextAsync($"{folder}/console.log", TestContext.Current.CancellationToken));
        Assert.Contains("status=9/KILL", await File.ReadAllTextAsync($"{folder}/journal.log", TestContext.Current.CancellationToken));
        Assert.Contains("ExecMainStatus=9", await File.ReadAllTextAsync($"{folder}/unit.txt", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task B18_a_crash_loop_tells_of_each_crash_and_keeps_the_last_ones()
    {
        using var qemu = new FakeQemu("""exec timeout --foreground -s KILL 0.7 "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite");
        await Wait.UntilAsync("systemd has given up", async () => await host.StatusAsync(id) == "crashed", 60);

        var why = await Why.AskUntilAsync(host, id, "crashed");

        Assert.Equal(("crashed", "too-many-crashes"), (why.Status, why.Cause));
        Assert.Contains("it crashed too often, and systemd does not start it again, at ", why.Sentence);
        Assert.Contains("; before, QEMU ended with exit code 137, at ", why.Sentence);
        Assert.Contains("restarted", why.Words);
        Assert.InRange(Directory.GetDirectories($"{host.Data}/vms/{id}/crashes").Length, 1, 3);

        qemu.Become("""exec "$QEMU" "$@" """);
        await host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");
        why = await Why.AskUntilAsync(host, id, "started");
        Assert.Equal(("running", "request"), (why.Status, why.Cause));
    }

    [Fact]
    public async Task A_qemu_that_ends_with_an_error_has_its_last_words_kept()
    {
        using var qemu = new FakeQemu("""timeout --foreground 2 "$QEMU" "$@"; echo 'the host is on fire' >&2; exit 3""");
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite");

        Why? why = null;
        await Wait.UntilAsync("it has crashed", async () => (why = await Why.AskAsync(host, id)).Words.Contains("crashed"));

        var crash = why!.Events.First(happened => Text(happened, "event") == "crashed");
        Assert.Equal(("qemu-error", "QEMU ended with exit code 3"), (Text(crash, "cause"), Text(crash, "text")));
        var folder = Text(crash.GetProperty("bundle"), "folder");
        Assert.Contains("the host is on fire", await File.ReadAllTextAsync($"{folder}/journal.log", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_start_that_fails_is_told_with_who_asked_for_it()
    {
        using var qemu = new FakeQemu("echo 'no such machine today' >&2\nexit 1");
        await using var host = await TestHost.StartAsync(qemu.Settings, "polite");
        var id = await host.CreateAsync("polite", """, "no-start": true""");

        await host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{id}}}"}}""");

        var why = await Why.AskUntilAsync(host, id, "stopped");
        Assert.Equal(("stopped", "start-failed"), (why.Status, why.Cause));
        Assert.Contains("could not be started", why.Sentence);
    }

    [Fact]
    public async Task B16_a_guest_that_fills_the_hosts_disk_is_paused_for_that_and_its_screen_is_kept()
    {
        // The host's disk is "full" once. With a graphics card there is a screen to be kept.
        using var qemu = new FakeQemu(
            """
            for argument; do
              shift
              case $argument in
                *'"node-name":"disk"'*)
                  argument=$(printf %s "$argument" | sed 's|"file":{"driver":"file","filename":"\([^"]*/disk.qcow2\)"}|"file":{"driver":"blkdebug","inject-error":[{"event":"write_aio","errno":28,"once":true}],"image":{"driver":"file","filename":"\1"}}|') ;;
              esac
              set -- "$@" "$argument"
            done
            exec "$QEMU" "$@" -device VGA
            """);
        await using var host = await TestHost.StartAsync(qemu.Settings, "writer");
        var id = await host.CreateAsync("writer");

        var why = await Why.AskUntilAsync(host, id, "paused");

        Assert.Equal(("paused", "disk-error", "io-error"), (why.Status, why.Cause, Text(why.Last, "qmp-reason")));
        Assert.Contains("the host could not read or write the guest's disk: No space left on device", why.Sentence);
        var bundle = why.Last.GetProperty("bundle");
        Assert.Contains("screen.png", Strings(bundle, "files"));
        var screen = await File.ReadAllBytesAsync($"{Text(bundle, "folder")}/screen.png", TestContext.Current.CancellationToken);
        Assert.Equal("PNG"u8.ToArray(), screen[1..4]);

        await host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");
        why = await Why.AskUntilAsync(host, id, "resumed");
        Assert.Equal(("running", "request", "start-vm"), (why.Status, why.Cause, Text(why.Last.GetProperty("requester"), "command")));
        await host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "kill": true}""");
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();

    private static IReadOnlyList<string> Strings(JsonElement element, string member) =>
        [.. element.GetProperty(member).EnumerateArray().Select(text => text.GetString()!)];
}

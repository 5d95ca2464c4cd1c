namespace Aetherscale.Tests.Cli;

/// <summary>The answers of why-vm and logs-vm for people.</summary>
public sealed class WhyTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_sentence_comes_first_and_what_it_rests_on_follows()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """
            {"vm-id":"abcdefgh","name":"web","status":"crashed","why":"VM \"web\" is crashed: it crashed too often.",
            "events":[{"vm-id":"abcdefgh","time":"2026-01-31T12:00:00+00:00","event":"crashed","status":"starting","cause":"qemu-signal","text":"QEMU was killed by signal 9 (KILL)",
            "bundle":{"folder":"/d/crashes/1","files":["unit.txt"],"missing":["screen.png: QEMU has ended"]}}],
            "unit":{"name":"aetherscale-vm-abcdefgh.service","active-state":"failed","sub-state":"failed","result":"oom-kill","exec-main-code":"killed","exec-main-status":9,"restarts":4,"oom-killed":true},
            "console":["login: \u001b[2J"],"log":[{"time":"2026-01-31T11:59:00+00:00","source":"systemd","text":"Failed."}],
            "bundle":{"folder":"/d/crashes/1","files":["unit.txt"],"missing":["screen.png: QEMU has ended"]}}
            """));

        Assert.Equal(
            """
            VM "web" is crashed: it crashed too often.

            What happened
              2026-01-31T12:00:00Z  crashed    QEMU was killed by signal 9 (KILL); see /d/crashes/1

            systemd
              aetherscale-vm-abcdefgh.service: failed (failed), result oom-kill, QEMU killed with 9, out of memory, restarts 4

            Last lines of the journal
              2026-01-31T11:59:00Z  systemd: Failed.

            Last lines of the console
              login: \x1b[2J

            Kept of the crash
              /d/crashes/1: unit.txt
              not there: screen.png: QEMU has ended

            """,
            (await _cli.RunAsync("why-vm", "web")).Out);
    }

    [Fact]
    public async Task Where_more_happened_than_is_told_it_says_how_to_see_it()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """
            {"vm-id":"abcdefgh","name":"web","status":"running","why":"VM \"web\" is running.","earlier-events":true,
            "events":[{"vm-id":"abcdefgh","time":"2026-01-31T12:00:00+00:00","event":"started","status":"running","cause":"outside","text":"QEMU was started"}],
            "console":[],"log":[]}
            """));

        Assert.Contains("\nWhat happened last; all of it: aetherscale-cli logs-vm web --lines 1000\n  2026-01-31T12:00:00Z  started", (await _cli.RunAsync("why-vm", "web")).Out);
    }

    [Fact]
    public async Task Parts_of_which_nothing_is_known_are_left_out()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """{"vm-id":"abcdefgh","status":"stopped","why":"VM \"abcdefgh\" is stopped.","events":[],"console":[],"log":[]}"""));

        Assert.Equal(
            """
            VM "abcdefgh" is stopped.

            systemd
              it has not loaded the unit: it does not run

            """,
            (await _cli.RunAsync("why-vm", "abcdefgh")).Out);
        Assert.Equal("abcdefgh\n", (await _cli.RunAsync("why-vm", "abcdefgh", "-q")).Out);
    }

    [Fact]
    public async Task Logs_are_lines_with_time_and_source_and_a_console_is_as_it_is()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, body => Envelopes.Success(body.Contains("\"console\":true")
            ? """{"vm-id":"abcdefgh","lines":[{"source":"console","text":"a\u001bc"},{"source":"console","text":""}]}"""
            : """{"vm-id":"abcdefgh","lines":[{"time":"2026-01-31T12:00:00+00:00","source":"aetherscale","text":"started: QEMU was started"}]}"""));

        Assert.Equal("a\\x1bc\n\n", (await _cli.RunAsync("logs-vm", "web", "--console")).Out);
        Assert.Equal("2026-01-31T12:00:00Z aetherscale: started: QEMU was started\n", (await _cli.RunAsync("logs-vm", "web", "--lines", "1")).Out);
    }
}

using System.Diagnostics;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;
using Microsoft.Extensions.Logging;

namespace Aetherscale.SystemTests.Systemd;

public sealed class JournalTests : IAsyncDisposable
{
    private readonly TestUnits _units = new();
    private readonly JournalReader _reader = new(TestEnvironment.Scope, TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_words_of_a_run_that_failed_are_read_and_only_those()
    {
        var unit = _units.Write(
            "words", "Type=oneshot\nExecStart=/bin/sh -c 'for i in 1 2 3; do echo \"word $$i of $INVOCATION_ID\" >&2; done; exit 1'");
        await _units.Manager.StartUnitAsync(unit, Token);
        await _units.Manager.StartUnitAsync(unit, Token);
        var run = (await _units.Manager.GetUnitAsync(unit, Token))!;

        var words = await _reader.ReadLastAsync(unit, run, 2, TimeSpan.FromSeconds(10), Token);

        Assert.Equal([$"word 2 of {run.InvocationId}", $"word 3 of {run.InvocationId}"], words);
    }

    [Fact]
    public async Task A_program_that_is_gone_before_journald_looks_is_heard_too()
    {
        var unit = _units.Write("quick", "Type=oneshot\nExecStart=/bin/sh -c 'echo $INVOCATION_ID; exit 1'\n[Unit]\nStartLimitIntervalSec=0");
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(JobResult.Failed, await _units.Manager.StartUnitAsync(unit, Token));
            var run = (await _units.Manager.GetUnitAsync(unit, Token))!;

            Assert.Equal([run.InvocationId], await _reader.ReadLastAsync(unit, run, 5, TimeSpan.FromSeconds(10), Token));
        }
    }

    [Fact]
    public async Task A_run_that_said_nothing_costs_the_wait_and_gives_nothing()
    {
        var unit = _units.Write("silent", "Type=oneshot\nExecStart=/bin/false");
        await _units.Manager.StartUnitAsync(unit, Token);
        var run = (await _units.Manager.GetUnitAsync(unit, Token))!;
        var clock = Stopwatch.StartNew();

        var words = await _reader.ReadLastAsync(unit, run, 5, TimeSpan.FromMilliseconds(300), Token);

        Assert.Empty(words);
        Assert.InRange(clock.ElapsedMilliseconds, 290, 3_000);
    }

    [Fact]
    public async Task A_log_message_stands_in_the_journal_with_its_fields()
    {
        var id = _units.Name("logged");
        using var provider = new JournalLoggerProvider();
        KeyValuePair<string, object?>[] state = [new("VmId", id)];

        provider.CreateLogger("Aetherscale.Tests")
            .Log(LogLevel.Error, new EventId(1, "LogTest"), state, new IOException("gone"), (_, _) => "two\nlines");

        var text = await JournalctlAsync($"AETHERSCALE_VM_ID={id}");
        Assert.Equal(
            [$"AETHERSCALE_VM_ID={id}", "EVENT=LogTest", "LOGGER=Aetherscale.Tests", "PRIORITY=3", "SYSLOG_IDENTIFIER=aetherscale"],
            text.Split('\n')
                .Where(line => line.Split('=')[0] is "AETHERSCALE_VM_ID" or "EVENT" or "LOGGER" or "PRIORITY" or "SYSLOG_IDENTIFIER")
                .Order(StringComparer.Ordinal));
        Assert.Contains("two\nlines\nSystem.IO.IOException: gone", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_known_by_the_numbers_that_stat_prints()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "stream");
        await File.WriteAllTextAsync(path, "", Token);
        using var file = File.OpenHandle(path);
        using var other = File.OpenHandle("/dev/null");
        using var stat = Process.Start(
            new ProcessStartInfo("stat") { ArgumentList = { "--format=%d:%i", path }, RedirectStandardOutput = true })!;
        var numbers = (await stat.StandardOutput.ReadToEndAsync(Token)).Trim();

        Assert.True(JournalLoggerProvider.IsStream(file, numbers));
        Assert.False(JournalLoggerProvider.IsStream(other, numbers));
    }

    public ValueTask DisposeAsync() => _units.DisposeAsync();

    private static async Task<string> JournalctlAsync(string match)
    {
        for (var i = 0; i < 50; i++)
        {
            using var journalctl = Process.Start(new ProcessStartInfo("journalctl")
            {
                ArgumentList = { "--output=export", "--no-pager", "--quiet", match },
                RedirectStandardOutput = true,
            })!;
            var text = await journalctl.StandardOutput.ReadToEndAsync(Token);
            if (text.Length > 0)
            {
                return text;
            }

            await Task.Delay(100, Token);
        }

        return "";
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Cli;

public sealed class CompletionTests : IDisposable
{
    // A clock that stands still: a busy machine must not be the reason for an empty answer.
    private readonly CliSandbox _cli = new() { Time = new FakeTimeProvider() };

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("sto", "stop-vm\n")]
    [InlineData("stop-vm --no", "--no-wait\n")]
    [InlineData("stop-vm we", "web\n")]
    [InlineData("stop-vm --vm-id we", "web\n")]
    [InlineData("connect yg", "ygjpppvk\n")]
    [InlineData("wait-vm web --for s", "ssh\nstopped\n")]
    [InlineData("create-vm --restart nev", "never\n")]
    [InlineData("list-vms --output ", "json\ntable\n")]
    [InlineData("show-vm web --output ", "json\ntable\nyaml\n")]
    public async Task Suggestions_fit_what_stands_before_the_cursor(string line, string words)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        Assert.Equal(new CliResult(0, words, ""), await _cli.RunAsync($"[suggest:{line.Length}]", line));
    }

    [Fact]
    public async Task Without_a_daemon_there_are_no_names_and_no_complaints() =>
        Assert.Equal(new CliResult(0, "\n", ""), await _cli.RunAsync("[suggest:10]", "stop-vm we"));

    [Fact]
    public async Task A_daemon_that_hangs_holds_a_Tab_up_for_a_moment_only()
    {
        await using var daemon = ScriptedDaemon.Doing(
            _cli.OwnSocket, (_, _, cancel) => Task.Delay(Timeout.Infinite, cancel));
        _cli.Time = TimeProvider.System;
        var clock = Stopwatch.StartNew();
        Assert.Equal(new CliResult(0, "\n", ""), await _cli.RunAsync("[suggest:10]", "stop-vm we"));
        Assert.InRange(clock.ElapsedMilliseconds, 250, 20_000);
    }

    [Fact]
    public async Task A_name_that_is_no_plain_word_never_reaches_the_shell()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """[{"vm-id":"abcdefgh","name":"$(reboot)","status":"running"},{"vm-id":"a b","name":"`id`","status":"running"}]"""));
        var words = (await _cli.RunAsync("[suggest:8]", "stop-vm ")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["abcdefgh"], words.Where(word => !word.StartsWith('-')));
    }

    [Theory]
    [InlineData("aetherscale-cli sto", 19, "stop-vm")]
    [InlineData("aetherscale-cli  stop-vm --k", 28, "--kill")]
    [InlineData("aetherscale-cli completion ", 27, "bash")]
    [InlineData("aetherscale-cli sto web", 19, "stop-vm")]
    [InlineData("aetherscale-cli start-vm we", 27, "web")]
    [InlineData("aetherscale-cli start-vm ", 25, "abcdefgh web ygjpppvk")]
    public async Task The_printed_script_completes_in_a_real_bash(string line, int cursor, string words)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var script = (await _cli.RunAsync("completion", "bash")).Out;
        var completed = "";
        // Started by the JIT, the program may miss the daemon's answer on a busy machine: press Tab again.
        for (var clock = Stopwatch.StartNew(); completed != words && clock.Elapsed < TimeSpan.FromSeconds(30);)
        {
            completed = await CompleteAsync(script, line, cursor);
        }

        Assert.Equal(words, completed);
    }

    [Theory]
    [InlineData("aetherscale-cli create-vm -f ")]
    [InlineData("aetherscale-cli create-vm --file ")]
    [InlineData("aetherscale-cli create-vm --image tiny --user-data ")]
    public async Task Files_are_completed_where_an_option_takes_one(string line)
    {
        var path = Path.Join(_cli.Root, "web.yaml");
        CliSandbox.Write(path, "");
        line += path[..^3];
        Assert.Equal(path, await CompleteAsync((await _cli.RunAsync("completion", "bash")).Out, line, line.Length));
    }

    private async Task<string> CompleteAsync(string script, string line, int cursor)
    {
        var bash = new ProcessStartInfo("bash", ["--norc", "--noprofile", "-c", script + """
            COMP_LINE=$1 COMP_POINT=$2
            read -ra COMP_WORDS <<<"${COMP_LINE:0:COMP_POINT}"
            [[ ${COMP_LINE:COMP_POINT-1:1} == ' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _aetherscale_cli
            printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
            """, "bash", line, cursor.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        bash.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        bash.Environment["AETHERSCALE_SOCKET"] = _cli.OwnSocket;
        using var process = Process.Start(bash)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        return (await output).TrimEnd('\n');
    }
}

using Aetherscale.Cli;

namespace Aetherscale.Tests.Cli;

/// <summary>watch and logs-vm --follow, down to the byte.</summary>
public sealed class StreamTests : IDisposable
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private const string Stopped =
        """
        {"vm-id":"abcdefgh","name":"web","time":"2026-01-31T12:00:00.5+00:00","event":"stopped","status":"stopped","cause":"request","text":"it was stopped","requester":{"command":"stop-vm","door":"socket","uid":1000,"pid":7,"client":"cli\u001b[31m","request-id":"r-1"}}
        """;

    private const string Deleted = """{"code":"deleted","reason":"VM \"web\" was deleted"}""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Watch_prints_a_line_for_each_event_and_obeys_no_terminal_codes()
    {
        await using var daemon = Streaming(Frame("vm-event", Stopped), ":\n\n", Frame("vm-event", Stopped));

        var result = await _cli.RunAsync("watch", "web");

        const string line = "2026-01-31T12:00:00Z  abcdefgh  web  stopped    it was stopped (stop-vm from user 1000, cli\\x1b[31m[7], request r-1)\n";
        Assert.Equal(line + line, result.Out);
        Assert.StartsWith("GET /v1/events?vm=web HTTP/1.1\r\n", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task A_gap_in_the_events_of_a_host_is_told()
    {
        const string gap = """{"event":"missed","host":"h2","time":"2026-01-31T12:00:00+00:00","text":"list its VMs again"}""";
        await using var daemon = Streaming(Frame("missed", gap), Frame("missed", gap));

        Assert.StartsWith("2026-01-31T12:00:00Z  h2  -         -  missed     list its VMs again\n", (await _cli.RunAsync("watch")).Out);
    }

    [Fact]
    public async Task For_programs_each_event_is_a_line_of_JSON()
    {
        await using var daemon = Streaming(Frame("vm-event", Stopped));

        Assert.Equal(Stopped + "\n", (await _cli.RunAsync("watch", "-o", "json")).Out);
        Assert.StartsWith("GET /v1/events HTTP/1.1\r\n", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task The_end_of_a_deleted_vms_log_is_a_good_end()
    {
        await using var daemon = Streaming(
            Frame("log", """{"time":"2026-01-31T12:00:00+00:00","source":"systemd","text":"Started.\nReally."}"""), Frame("end", Deleted));

        Assert.Equal(
            new CliResult(0, "2026-01-31T12:00:00Z systemd: Started.\\nReally.\n", ""),
            await _cli.RunAsync("logs-vm", "web", "--follow", "--lines", "5"));
        Assert.StartsWith("GET /v1/logs?vm=web&lines=5 HTTP/1.1\r\n", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task The_console_comes_in_pieces_whose_ends_are_no_line_ends()
    {
        await using var daemon = Streaming(
            Frame("log", """{"source":"console","text":"one\r\ntw"}"""), Frame("log", """{"source":"console","text":"o\u001b[2J\n"}"""), Frame("end", Deleted));

        Assert.Equal("one\ntwo\\x1b[2J\n", (await _cli.RunAsync("logs-vm", "web", "--console", "-f")).Out);
        Assert.StartsWith("GET /v1/logs?vm=web&console=true HTTP/1.1\r\n", Assert.Single(daemon.Heads));
    }

    [Fact]
    public async Task A_reader_that_was_too_slow_is_told_so()
    {
        await using var daemon = Streaming(Frame("end", """{"code":"too-slow","reason":"256 events waited"}"""));

        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: disconnected: 256 events waited\n"), await _cli.RunAsync("watch"));
    }

    [Theory]
    [InlineData("event: vm-event\ndata: {\"vm-", "0\r\n\r\n", "the daemon has ended the stream without a word")]
    [InlineData("event: end\ndata: {\"code\":\"stopping\",\"reason\":\"the daemon is stopping\"}\n\n", "0\r\n\r\n", "the daemon is stopping")]
    [InlineData(":\n\n", "", "the stream was cut off")]
    [InlineData(":\n\n", "5\r\nabc", "the stream was cut off")]
    [InlineData("event: vm-event\ndata: no\n\n", "", "not understood")]
    [InlineData(":\n\n", "x\r\n", "is not an aetherscale daemon")]
    public async Task A_stream_that_breaks_off_is_an_error(string text, string end, string error)
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, Head + Chunk(text) + end);

        var result = await _cli.RunAsync("watch");

        Assert.Equal(ExitCodes.Unreachable, result.Code);
        Assert.Contains(error, result.Error);
    }

    [Fact]
    public async Task A_stream_cut_into_single_bytes_is_the_same_stream()
    {
        var bytes = string.Concat((Frame("vm-event", Stopped) + Frame("end", Deleted)).Select(one => Chunk(one.ToString())));
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, Head + bytes + "0\r\n\r\n");

        Assert.Equal(new CliResult(0, Stopped + "\n", ""), await _cli.RunAsync("watch", "-o", "json"));
    }

    [Fact]
    public async Task A_refusal_is_shown_as_every_other()
    {
        await using var daemon = ScriptedDaemon.Sending(
            _cli.OwnSocket,
            ScriptedDaemon.Http(
                """{"execution-info":{"status":"error","code":"vm-not-found","reason":"VM \"x\" does not exist."}}""", "404 Not Found"));

        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: VM \"x\" does not exist. (vm-not-found)\n"), await _cli.RunAsync("watch", "x"));
    }

    [Theory]
    [InlineData("logs-vm web --console --since 1h", "--console goes without --since")]
    [InlineData("logs-vm web --since yesterday", "--since takes")]
    [InlineData("logs-vm web --lines -1", "--lines takes")]
    public async Task Options_that_make_no_sense_are_not_sent(string line, string error)
    {
        var result = await _cli.RunAsync(line.Split(' '));

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(error, result.Error);
    }

    private static string Frame(string type, string json) => $"event: {type}\ndata: {json}\n\n";

    private static string Chunk(string text) => $"{System.Text.Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";

    private ScriptedDaemon Streaming(params string[] frames) =>
        ScriptedDaemon.Sending(_cli.OwnSocket, Head + string.Concat(frames.Select(Chunk)) + "0\r\n\r\n");
}

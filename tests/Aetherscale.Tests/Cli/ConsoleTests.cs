using System.IO.Pipes;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Aetherscale.Tests.Cli;

/// <summary><c>console</c> with a scripted daemon and a terminal that a test types on.</summary>
public sealed class ConsoleTests : IDisposable
{
    private const string Switch =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: aetherscale-stream\r\n\r\n";

    private const string Waited = """{"vm-id":"abcdefgh","status":"running"}""";
    private const string Executed = """{"vm-id":"abcdefgh","exit-code":0,"stdout":"","stderr":""}""";

    private readonly CliSandbox _cli = new();
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();
    private readonly AnonymousPipeServerStream _typed = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _input;

    public ConsoleTests()
    {
        _input = new AnonymousPipeClientStream(PipeDirection.In, _typed.ClientSafePipeHandle);
        _cli.Input = _input;
        _cli.InputIsTerminal = true;
        _cli.OutputIsTerminal = true;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _typed.Dispose();
        _input.Dispose();
        _cli.Dispose();
    }

    [Fact]
    public async Task Every_key_goes_to_the_guest_but_the_one_that_leaves()
    {
        var heard = new TaskCompletionSource<string>();
        await using var daemon = Daemon(async (socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch + "login: ", cancel);
            heard.SetResult(await ReadToEndAsync(socket, cancel));
        });
        var run = _cli.RunAsync("console", "web");
        await _typed.WriteAsync("root\r\u0003\u0004\e[A"u8.ToArray(), Cancel);
        await _typed.WriteAsync("more\u001dlost"u8.ToArray(), Cancel);

        var result = await run;
        Assert.Equal(
            new CliResult(
                0,
                "login: ",
                "\r\n[aetherscale-cli: at the console of \"web\"; Ctrl-] leaves it]\r\n\r\n[aetherscale-cli: left the console of \"web\"]\r\n"),
            result);
        Assert.Equal("root\r\u0003\u0004\e[Amore", await heard.Task);
        Assert.Equal(0, _cli.RawTerminals);
        Assert.Contains(daemon.Heads, head => head.StartsWith("GET /v1/console?vm=web&lines=23 HTTP/1.1\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_guests_agent_sets_the_size_of_the_terminal()
    {
        await using var daemon = Daemon(async (socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch, cancel);
            await ReadToEndAsync(socket, cancel);
        });
        var run = _cli.RunAsync("console", "web");
        Assert.Contains("\"for\":\"agent\"", await _asked.Reader.ReadAsync(Cancel));
        Assert.Contains("""["stty","-F","/dev/ttyS0","rows","24","cols","80"]""", await _asked.Reader.ReadAsync(Cancel));
        await _typed.WriteAsync("\u001d"u8.ToArray(), Cancel);
        Assert.Equal(0, (await run).Code);
    }

    [Fact]
    public async Task Nothing_but_the_guests_bytes_goes_to_a_pipe()
    {
        (_cli.InputIsTerminal, _cli.OutputIsTerminal) = (false, false);
        await using var daemon = Daemon((socket, cancel) => ScriptedDaemon.SendAsync(socket, Switch + "a\u001db", cancel), "stopped", "stopped");
        _typed.Dispose();
        var result = await _cli.RunAsync("console", "web");
        Assert.Equal((0, "a\u001db", "[aetherscale-cli: VM \"web\" is stopped]\n"), (result.Code, result.Out, result.Error));
        Assert.Contains(daemon.Heads, head => head.Contains("lines=0"));
    }

    [Fact]
    public async Task A_restarted_VM_is_joined_again()
    {
        _cli.InputIsTerminal = false;
        _typed.Dispose();
        var connections = 0;
        await using var daemon = Daemon(
            (socket, cancel) => ScriptedDaemon.SendAsync(socket, Switch + $"boot {++connections}\n", cancel),
            "running\",\"pid\":1,\"a\":\"",
            "stopped",
            "running\",\"pid\":2,\"a\":\"",
            "stopped");
        var result = await _cli.RunAsync("console", "web");
        Assert.Equal((0, "boot 1\nboot 2\n"), (result.Code, result.Out));
        Assert.Contains("VM \"web\" was restarted; connected again", result.Error);
    }

    [Fact]
    public async Task A_refusal_is_1_and_the_terminal_is_left_alone()
    {
        await using var daemon = ScriptedDaemon.Sending(
            _cli.OwnSocket, ScriptedDaemon.Http(Envelopes.Error("vm-not-found", "VM \\\"web\\\" does not exist."), "404 Not Found"));
        Assert.Equal(new CliResult(1, "", "aetherscale-cli: VM \"web\" does not exist. (vm-not-found)\n"), await _cli.RunAsync("console", "web"));
        Assert.Equal(0, _cli.RawTerminals);
    }

    /// <summary>Answers show-vm with each status in turn, the last again and again, and does with a console what the test says.</summary>
    private ScriptedDaemon Daemon(Func<Socket, CancellationToken, Task> console, params string[] statuses)
    {
        var looks = 0;
        return ScriptedDaemon.Doing(_cli.OwnSocket, async (body, socket, cancel) =>
        {
            if (body.Contains("wait-vm") || body.Contains("exec-vm"))
            {
                _asked.Writer.TryWrite(body);
                await ScriptedDaemon.SendAsync(socket, ScriptedDaemon.Http(body.Contains("wait-vm") ? Envelopes.Success(Waited) : Envelopes.Success(Executed)), cancel);
                return;
            }

            if (!body.Contains("show-vm"))
            {
                await console(socket, cancel);
                return;
            }

            var status = statuses.Length == 0 ? "running" : statuses[Math.Min(looks++, statuses.Length - 1)];
            await ScriptedDaemon.SendAsync(socket, ScriptedDaemon.Http(Envelopes.Success(
                $$"""{"vm-id":"abcdefgh","name":"web","status":"{{status}}","unit":"u","unit-file":"f"}""")), cancel);
        });
    }

    private static async Task<string> ReadToEndAsync(Socket socket, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, cancel) is > 0 and var count)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}

using System.IO.Pipes;
using System.Net.Sockets;
using System.Text;

namespace Aetherscale.Tests.Cli;

public sealed class ConnectTests : IDisposable
{
    private const string Switch =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: aetherscale-stream\r\n\r\n";

    private readonly CliSandbox _cli = new();
    private readonly AnonymousPipeServerStream _typed = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _printed = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _input;
    private readonly AnonymousPipeClientStream _output;

    public ConnectTests()
    {
        _input = new AnonymousPipeClientStream(PipeDirection.In, _typed.ClientSafePipeHandle);
        _output = new AnonymousPipeClientStream(PipeDirection.Out, _printed.ClientSafePipeHandle);
        _cli.Input = _input;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _typed.Dispose();
        _printed.Dispose();
        _input.Dispose();
        _output.Dispose();
        _cli.Dispose();
    }

    [Fact]
    public async Task The_request_names_vm_and_port_and_asks_for_the_upgrade()
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, Switch);
        await _cli.RunAsync(["connect", "we b&x", "22"], _output, Cancel);
        Assert.Equal(
            [
                "GET /v1/connect?vm=we%20b%26x&port=22 HTTP/1.1\r\nHost: aetherscale\r\nConnection: Upgrade\r\n"
                + "Upgrade: aetherscale-stream",
            ],
            daemon.Heads);
    }

    [Fact]
    public async Task The_guest_may_speak_on_after_our_input_has_ended()
    {
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch + "early ", cancel); // in one packet with the answer
            var heard = await ReadToEndAsync(socket, cancel);
            await ScriptedDaemon.SendAsync(socket, $"after the end: {heard}", cancel);
        });
        var run = _cli.RunAsync(["connect", "web", "22"], _output, Cancel);
        await _typed.WriteAsync("hello"u8.ToArray(), Cancel);
        _typed.Dispose();
        Assert.Equal("early after the end: hello", await new StreamReader(_printed).ReadToEndAsync(Cancel));
        Assert.Equal(new CliResult(0, "", ""), await run);
    }

    [Fact]
    public async Task We_may_speak_on_after_the_guest_has_ended()
    {
        var heard = new TaskCompletionSource<string>();
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch + "bye", cancel);
            socket.Shutdown(SocketShutdown.Send);
            heard.SetResult(await ReadToEndAsync(socket, cancel));
        });
        var run = _cli.RunAsync(["connect", "web", "22"], _output, Cancel);
        // Our reader sees the end while the other direction is still open.
        Assert.Equal("bye", await new StreamReader(_printed).ReadToEndAsync(Cancel));
        await _typed.WriteAsync("and more"u8.ToArray(), Cancel);
        _typed.Dispose();
        Assert.Equal("and more", await heard.Task.WaitAsync(Cancel));
        Assert.Equal(0, (await run).Code);
    }

    [Fact]
    public async Task A_connection_that_is_closed_both_ways_ends_it_though_our_input_stays_open()
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, Switch + "bye");
        Assert.Equal(0, (await _cli.RunAsync(["connect", "web", "22"], _output, Cancel)).Code);
    }

    [Fact]
    public async Task Each_byte_goes_on_as_it_comes_and_all_values_arrive()
    {
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch, cancel);
            var buffer = new byte[1];
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, cancel) > 0)
            {
                await socket.SendAsync(buffer, SocketFlags.None, cancel);
            }
        });
        var run = _cli.RunAsync(["connect", "web", "22"], _output, Cancel);
        var echo = new byte[1];
        for (var value = 0; value < 256; value++)
        {
            await _typed.WriteAsync(new[] { (byte)value }, Cancel);
            await _printed.ReadExactlyAsync(echo, Cancel); // would hang if anything were held back
            Assert.Equal(value, echo[0]);
        }

        _typed.Dispose();
        Assert.Equal(0, (await run).Code);
    }

    [Fact]
    public async Task A_megabyte_passes_unchanged_both_ways_at_once()
    {
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, socket, cancel) =>
        {
            await ScriptedDaemon.SendAsync(socket, Switch, cancel);
            var buffer = new byte[8192];
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, cancel) is > 0 and var count)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await socket.SendAsync(buffer.AsMemory(sent..count), SocketFlags.None, cancel);
                }
            }
        });
        var bytes = new byte[1024 * 1024];
        new Random(1).NextBytes(bytes);
        var run = _cli.RunAsync(["connect", "web", "22"], _output, Cancel);
        var write = Task.Run(() =>
        {
            _typed.Write(bytes);
            _typed.Dispose();
        }, Cancel);
        using var echo = new MemoryStream();
        await _printed.CopyToAsync(echo, Cancel);
        await write;
        Assert.Equal(0, (await run).Code);
        Assert.Equal(bytes, echo.ToArray());
    }

    [Fact]
    public async Task A_refusal_is_1_and_goes_to_standard_error_only()
    {
        var body = Envelopes.Error("vm-not-running", "VM \\\"web\\\" does not run");
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, ScriptedDaemon.Http(body, "409 Conflict"));
        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: VM \"web\" does not run (vm-not-running)\n"),
            await _cli.RunAsync("connect", "web", "22"));
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

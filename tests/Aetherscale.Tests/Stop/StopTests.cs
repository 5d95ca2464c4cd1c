using System.Diagnostics;
using Aetherscale.Tests.Qemu;

namespace Aetherscale.Tests.Stop;

/// <summary>The helper against whatever may sit behind a stop socket.</summary>
public sealed class StopTests : IDisposable
{
    private const string Running = """{"return": {"status": "running", "singlestep": false}}""" + "\r\n";
    private const string Done = """{"return": {}}""" + "\r\n";

    private readonly TestFolder _folder = new();
    private readonly ScriptedQmp _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_button_is_pressed_again_until_QEMU_is_gone()
    {
        var stopping = StopHelper.RunAsync(_server.Path, "30");
        await GreetAsync();
        for (var press = 0; press < 2; press++)
        {
            Assert.Contains("system_powerdown", await _server.HearAsync(Cancellation), StringComparison.Ordinal);
            Assert.Contains("query-status", await _server.HearAsync(Cancellation), StringComparison.Ordinal);
            await _server.SayAsync(
                """{"event": "POWERDOWN", "data": {"status": "paused"}}""" + "\r\n" + Done + Running, Cancellation);
        }

        Assert.False(stopping.IsCompleted);
        _server.HangUp();

        Assert.Equal((0, ""), await stopping);
    }

    [Fact]
    public async Task Garbage_and_endless_lines_change_nothing()
    {
        var stopping = StopHelper.RunAsync(_server.Path, "30");
        await GreetAsync();
        await _server.SayAsync("garbage\n\n{\n" + new string('x', 300_000) + "\n" + Done + Running, Cancellation);
        await _server.HearAsync(Cancellation);
        _server.HangUp();

        Assert.Equal((0, ""), await stopping);
    }

    [Fact]
    public async Task Silence_is_given_up_after_two_seconds_before_the_greeting_and_after_it()
    {
        using var greeting = new ScriptedQmp();
        var watch = Stopwatch.StartNew();
        var mute = StopHelper.RunAsync(_server.Path, "60");
        var silent = StopHelper.RunAsync(greeting.Path, "60");
        await greeting.AcceptAsync(Cancellation);
        await greeting.SayAsync(ScriptedQmp.Greeting, Cancellation);

        Assert.Equal(
            (1, "QEMU did not answer within 2 s: it hangs, or something else holds its stop socket"), await mute);
        Assert.Equal((1, "QEMU greeted and then fell silent"), await silent);
        Assert.InRange(watch.ElapsedMilliseconds, 2000, 4000);
    }

    [Fact]
    public async Task Where_QEMU_is_gone_there_is_nothing_to_do()
    {
        Assert.Equal((0, ""), await StopHelper.RunAsync(_folder["nothing.sock"], "60"));
        using (var stale = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            stale.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_folder["stale.sock"]));
            Assert.Equal((0, ""), await StopHelper.RunAsync(_folder["stale.sock"], "60"));
        }

        Assert.Equal((0, ""), await StopHelper.RunAsync(_server.Path, "60", ""));
        Assert.Equal((0, ""), await StopHelper.RunAsync(_server.Path, "60", "0"));
    }

    [Theory]
    [InlineData]
    [InlineData("only-one")]
    [InlineData("a.sock", "soon")]
    [InlineData("a.sock", "-1")]
    [InlineData("a.sock", "1", "2", "3")]
    public async Task Wrong_arguments_are_told_and_nothing_is_done(params string[] arguments) => Assert.Equal(
        (2, "usage: aetherscale-stop STOP_SOCKET GRACE_SECONDS [QEMU_PID]"), await StopHelper.RunAsync(arguments));

    [Fact]
    public async Task A_path_that_no_socket_can_have_is_told()
    {
        var (code, error) = await StopHelper.RunAsync("/" + new string('x', 200), "1");

        Assert.Equal(1, code);
        Assert.StartsWith("/xxx", error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private async Task GreetAsync()
    {
        await _server.AcceptAsync(Cancellation);
        await _server.SayAsync(ScriptedQmp.Greeting, Cancellation);
        Assert.Contains("qmp_capabilities", await _server.HearAsync(Cancellation), StringComparison.Ordinal);
        await _server.SayAsync(Done, Cancellation);
    }
}

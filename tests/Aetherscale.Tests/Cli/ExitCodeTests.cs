using System.Net.Sockets;

namespace Aetherscale.Tests.Cli;

public sealed class ExitCodeTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_refusal_is_1_and_names_its_code()
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => Envelopes.Error("vm-not-found", "VM \\\"x\\\" does not exist"));
        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: VM \"x\" does not exist (vm-not-found)\n"), await _cli.RunAsync("show-vm", "x"));
    }

    [Fact]
    public async Task An_internal_error_tells_the_id_to_look_it_up_by()
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => Envelopes.Error("internal-error", "something went wrong"));
        Assert.Equal(
            "aetherscale-cli: something went wrong (internal-error, request r1)\n", (await _cli.RunAsync("list-vms")).Error);
    }

    [Fact]
    public async Task One_refusal_among_several_is_1_and_the_others_are_shown()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, body => body.Contains("\"web\"", StringComparison.Ordinal)
            ? Envelopes.Success("""{"status":"starting","vm-id":"abcdefgh","name":"web"}""")
            : Envelopes.Error("vm-not-found", "VM \\\"x\\\" does not exist"));
        Assert.Equal(
            new CliResult(
                1,
                "VM-ID     NAME  STATUS\nabcdefgh  web   starting\n",
                "aetherscale-cli: VM \"x\" does not exist (vm-not-found)\n"),
            await _cli.RunAsync("start-vm", "x", "web"));
    }

    [Fact]
    public async Task Without_a_socket_it_is_3_with_the_command_that_starts_the_daemon() => Assert.Equal(
        new CliResult(
            3,
            "",
            $"aetherscale-cli: the daemon cannot be reached on {_cli.OwnSocket}: there is no such socket\n"
            + "  Start it:  systemctl --user start aetherscale.socket\n"),
        await _cli.RunAsync("list-vms"));

    [Fact]
    public async Task A_stale_socket_is_3_and_called_so()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_cli.OwnSocket)!);
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(_cli.OwnSocket));
            File.Move(_cli.OwnSocket, Path.Join(_cli.Root, "s")); // closing removes the name it was bound to
        }

        var path = Path.Join(_cli.Root, "s");
        Assert.Equal(
            new CliResult(
                3,
                "",
                $"aetherscale-cli: the daemon cannot be reached on {path}: nobody listens there; the socket was left behind "
                + "by a daemon that has ended\n  Start it anew:  systemctl --user restart aetherscale.socket\n"
                + "  and if it ends again:  journalctl --user -n 20 -u aetherscale\n"),
            await _cli.RunAsync("list-vms", "--socket", path));
    }

    [Fact]
    public async Task Root_is_told_whose_daemon_to_name()
    {
        _cli.UserId = 0;
        _cli.Variables.Remove("XDG_RUNTIME_DIR");
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal(3, result.Code);
        Assert.Equal(
            $"aetherscale-cli: the daemon cannot be reached on {_cli.Root}/run/0/aetherscale/api.sock: there is no such "
            + "socket, and the daemon does not run as root\n"
            + $"  Name the socket of the user who runs it:  aetherscale-cli --socket {_cli.Root}/run/UID/aetherscale/api.sock …\n"
            + $"  or for good, in {_cli.MachineConfig}:  [client] socket = \"…\"\n",
            result.Error);
    }

    [Fact]
    public async Task Root_is_told_how_to_start_the_daemon_of_another_user()
    {
        _cli.UserId = 0;
        var result = await _cli.RunAsync("list-vms", "--socket", Path.Join(_cli.Root, "run", "1", "aetherscale", "api.sock"));
        Assert.Equal(3, result.Code);
        Assert.EndsWith(
            $"  Its owner starts it:  runuser -u daemon -- env XDG_RUNTIME_DIR={_cli.Root}/run/1 "
            + "systemctl --user start aetherscale.socket\n",
            result.Error,
            StringComparison.Ordinal);
    }

    private const string Log = "  The daemon's log tells why it ended:  journalctl --user -n 20 -u aetherscale\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"execution-info\":")]
    [InlineData("HTTP/1.1 200")]
    [InlineData("")]
    public async Task A_daemon_that_ends_in_mid_reply_is_3_and_the_user_is_told_to_look(string bytes)
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, bytes);
        Assert.Equal(
            new CliResult(
                3, "", "aetherscale-cli: connection lost; the command may have been carried out: check list-vms\n" + Log),
            await _cli.RunAsync("delete-vm", "web"));
        Assert.Equal(new CliResult(3, "", "aetherscale-cli: connection lost\n" + Log), await _cli.RunAsync("list-vms"));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "it does not speak HTTP")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "HTTP 404 without an envelope")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP 200 without an envelope")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull", "HTTP 200 without an envelope")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "the length of its body is not acceptable")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "its transfer encoding is unknown")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "a chunk of its body has no size")]
    public async Task Another_server_on_the_socket_is_3(string bytes, string why)
    {
        await using var daemon = ScriptedDaemon.Sending(_cli.OwnSocket, bytes);
        Assert.Equal(
            new CliResult(
                3, "", $"aetherscale-cli: what answers on {_cli.OwnSocket} is not an aetherscale daemon: {why}\n"),
            await _cli.RunAsync("list-vms"));
    }

    [Fact]
    public async Task Ctrl_C_is_130_and_says_that_the_command_goes_on()
    {
        using var interrupt = new CancellationTokenSource();
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, _, cancel) =>
        {
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
        });
        var result = await _cli.RunAsync(["stop-vm", "web"], new MemoryStream(), interrupt.Token);
        Assert.Equal(new CliResult(130, "", "aetherscale-cli: interrupted; the command goes on in the daemon\n"), result);
    }

    [Fact]
    public async Task Ctrl_C_while_a_list_is_fetched_needs_no_words()
    {
        using var interrupt = new CancellationTokenSource();
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (_, _, cancel) =>
        {
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
        });
        Assert.Equal(new CliResult(130, "", ""), await _cli.RunAsync(["list-vms"], new MemoryStream(), interrupt.Token));
    }
}

using System.Net.Sockets;
using Aetherscale.Cli;
using Aetherscale.Cli.Transport;

namespace Aetherscale.Tests.Cli;

/// <summary>The words for errors that root, who may open every socket, cannot provoke.</summary>
public sealed class UnreachableTests
{
    [Fact]
    public void A_socket_of_another_user_is_told_apart()
    {
        var error = Unreachable.Because(
            new SocketException((int)SocketError.AccessDenied), "/run/user/1001/aetherscale/api.sock", As(1000));
        Assert.Equal(
            "the daemon cannot be reached on /run/user/1001/aetherscale/api.sock: permission denied; it belongs to the user "
            + "with uid 1001",
            error.Message);
        Assert.Equal(
            "Only its owner and root may use it. Your own daemon:  systemctl --user start aetherscale.socket, and no --socket "
            + "or AETHERSCALE_SOCKET.",
            error.Advice);
        Assert.Equal(ExitCodes.Unreachable, error.ExitCode);
    }

    [Fact]
    public void A_stale_socket_of_another_user_is_started_anew_by_its_owner()
    {
        var error = Unreachable.Because(
            new SocketException((int)SocketError.ConnectionRefused), "/run/user/1/aetherscale/api.sock", As(0));
        Assert.Equal(
            "Its owner starts it anew:  runuser -u daemon -- env XDG_RUNTIME_DIR=/run/user/1 systemctl --user restart "
            + "aetherscale.socket\nand if it ends again:  runuser -u daemon -- journalctl --user -n 20 -u aetherscale",
            error.Advice);
    }

    [Theory]
    [InlineData(0, "/run/user/1/aetherscale/api.sock", "runuser -u daemon -- journalctl --user -n 20 -u aetherscale")]
    [InlineData(0, "/run/aetherscale/api.sock", "journalctl -n 20 -u aetherscale")]
    [InlineData(1, "/run/user/1/aetherscale/api.sock", "journalctl --user -n 20 -u aetherscale")]
    public void The_log_of_a_daemon_that_ended_is_named_as_the_asker_can_read_it(uint asker, string socket, string command) =>
        Assert.Equal($"The daemon's log tells why it ended:  {command}", Unreachable.Lost("connection lost", socket, As(asker)).Advice);

    [Fact]
    public void An_error_without_words_of_ours_keeps_the_system_s()
    {
        var cause = new SocketException((int)SocketError.TooManyOpenSockets);
        var error = Unreachable.Because(cause, "/tmp/s", As(1000));
        Assert.Equal($"the daemon cannot be reached on /tmp/s: {cause.Message}", error.Message);
    }

    private static Surroundings As(uint user) => new()
    {
        Input = Stream.Null,
        Output = Stream.Null,
        Error = Stream.Null,
        TerminalWidth = () => 80,
        Variable = _ => null,
        UserId = user,
        NewRequestId = () => "r",
    };
}

using Aetherscale.Networking;

namespace Aetherscale.Tests.Networking;

public sealed class NetworkCommandsTests
{
    [Fact]
    public void A_guests_port_is_reached_out_of_the_routers_namespace()
    {
        var (program, arguments) = NetworkCommands.Connect(4711, "10.77.0.2", 22);

        Assert.Equal("/usr/bin/nsenter", program);
        Assert.Equal(
            [
                "--user", "--net", "--preserve-credentials", "--target", "4711", "--",
                "/usr/bin/socat", "-d", "-d", "-b", "65536", "-t", "1000000",
                "STDIN!!STDOUT,shut-close", "TCP4:10.77.0.2:22,nodelay,keepalive,keepidle=30,keepintvl=10,keepcnt=3",
            ],
            arguments);
    }

    [Theory]
    [InlineData(
        "2026/01/31 12:00:00 socat[7] N opening\n2026/01/31 12:00:01 socat[7] E connect(5, AF=2 10.77.0.2:1, 16): Connection refused\n"
        + "2026/01/31 12:00:01 socat[7] N exit(1)",
        "Connection refused")]
    [InlineData("nsenter: cannot open /proc/1/ns/net: Permission denied", "Permission denied")]
    [InlineData("", "")]
    public void The_cause_is_found_in_what_was_said(string said, string cause) =>
        Assert.Equal(cause, NetworkCommands.WhyNotConnected(said));
}

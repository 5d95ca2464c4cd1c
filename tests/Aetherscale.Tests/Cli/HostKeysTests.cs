using Aetherscale.Cli.Ssh;

namespace Aetherscale.Tests.Cli;

/// <summary>What is taken from a guest's console for its host keys, and what not.</summary>
public sealed class HostKeysTests
{
    private const string Begin = "-----BEGIN SSH HOST KEY KEYS-----";
    private const string End = "-----END SSH HOST KEY KEYS-----";

    // ssh-keygen -t ed25519, -t ecdsa
    private const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4";
    private const string Other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void The_block_that_cloud_init_prints_is_read() =>
        Assert.Equal([Ed25519], HostKeys.OnConsole(["login:", Begin + "\r", Ed25519 + " root@web\r", End + "\r", "more"]));

    [Fact]
    public void The_last_block_counts() =>
        Assert.Equal([Other], HostKeys.OnConsole([Begin, Ed25519, End, Begin, Other, End]));

    [Fact]
    public void A_block_that_is_not_whole_does_not_count() =>
        Assert.Equal([Ed25519], HostKeys.OnConsole([Begin, Ed25519, End, Begin, Other]));

    [Theory]
    [InlineData("[    3.141593] virtio_net virtio0 eth0: renamed")]
    [InlineData("* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 not/base64!")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4")]
    [InlineData("@cert-authority * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4")]
    [InlineData("")]
    public void What_is_no_key_is_passed_over(string line) =>
        Assert.Equal([Ed25519], HostKeys.OnConsole([Begin, line, Ed25519, line, End]));

    [Fact]
    public void Without_a_block_there_are_none() => Assert.Empty(HostKeys.OnConsole([Ed25519, End, "x"]));

    [Fact]
    public void A_key_that_is_longer_than_any_is_none() =>
        Assert.Empty(HostKeys.OnConsole([Begin, "ssh-rsa " + Convert.ToBase64String(new byte[10_000]), End]));

    [Fact]
    public void Public_key_files_are_read_one_after_the_other() =>
        Assert.Equal([Ed25519, Other], HostKeys.InFiles($"{Ed25519} root@a\n{Other} root@a\n"));
}

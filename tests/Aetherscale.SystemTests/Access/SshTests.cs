using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Access;

/// <summary><c>ssh</c> and <c>ssh-config</c> with the system's ssh and a real guest.</summary>
[Collection(LinuxGuests.Name)]
public sealed class SshTests(GuestPair guests)
{
    private TestHost Host => guests.Host;

    [Fact]
    public async Task Ssh_needs_no_flag_and_asks_no_question()
    {
        var result = await Tool.RunAsync(
            $"{TestEnvironment.Programs}/aetherscale-cli", ["ssh", "web", "cat; hostname; echo oops >&2; exit 7"], Host.Settings, "typed\n");
        Assert.Equal(new ToolResult(7, "typed\nweb\n", "oops\n"), result);

        var id = await guests.IdOfAsync(GuestPair.Web);
        var known = await File.ReadAllTextAsync(
            $"{TestEnvironment.Home}/.local/state/aetherscale/known_hosts.d/{id}", TestContext.Current.CancellationToken);
        Assert.Matches($"\\A# told by the guest itself\naetherscale-{id} ssh-ed25519 [A-Za-z0-9+/=]+\n\\z", known);
    }

    [Fact]
    public async Task Over_the_broker_it_is_the_same()
    {
        var result = await Host.CliAsync("--broker", guests.BrokerUrl, "ssh", "peer", "hostname");
        Assert.Equal(new ToolResult(0, "peer\n", ""), result);
    }

    [Fact]
    public async Task Right_after_create_it_waits_for_the_guest()
    {
        await Host.CreateAsync("tiny", """, "name": "fresh" """);
        Assert.Equal(new ToolResult(0, "fresh\n", ""), await Host.CliAsync("ssh", "fresh", "hostname"));
        (await Host.CliAsync("delete-vm", "fresh")).Succeeded();
    }

    [Fact]
    public async Task Plain_ssh_reaches_VMs_by_name_and_takes_no_other_key()
    {
        using var folder = new TemporaryFolder();
        var config = $"{folder.Path}/config";
        await File.WriteAllTextAsync(config, (await Host.CliAsync("ssh-config", "web", "peer")).Succeeded().Output, TestContext.Current.CancellationToken);
        Assert.Equal(new ToolResult(0, "web\n", ""), await PlainAsync(config, "web", "hostname"));
        Assert.Equal(new ToolResult(0, "peer\n", ""), await PlainAsync(config, await guests.IdOfAsync(GuestPair.Peer), "hostname"));

        (await Tool.RunAsync("/usr/bin/scp", ["-q", "-F", config, "-o", "BatchMode=yes", config, "web:/tmp/copied"], Host.Settings)).Succeeded();
        Assert.Equal(await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken), (await PlainAsync(config, "web", "cat /tmp/copied")).Output);

        // Somebody else's server in the guest's place.
        (await PlainAsync(config, "peer", "dropbearkey -t ed25519 -f /tmp/other >/dev/null 2>&1; dropbear -B -p 2222 -r /tmp/other")).Succeeded();
        var other = await PlainAsync(config, "peer", "hostname", "-p", "2222");
        Assert.Equal((255, ""), (other.ExitCode, other.Output));
        Assert.Contains("Host key verification failed", other.Error);
    }

    private Task<ToolResult> PlainAsync(string config, string vm, string command, params string[] more) =>
        Tool.RunAsync("/usr/bin/ssh", ["-F", config, "-o", "BatchMode=yes", .. more, vm, command], Host.Settings);
}

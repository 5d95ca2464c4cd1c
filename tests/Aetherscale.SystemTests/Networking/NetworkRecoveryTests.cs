using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

[Collection(LinuxGuests.Name)]
public sealed class NetworkRecoveryTests(GuestPair guests)
{
    private TestHost Host => guests.Host;

    [Theory]
    [InlineData("")]
    [InlineData("-router")]
    [InlineData("-uplink")]
    public async Task B37_A_part_that_is_killed_comes_back_and_guests_have_network_again(string part)
    {
        var boot = await BootAsync();
        var killed = await Systemctl.MainPidAsync(Unit(part));

        (await Systemctl.RunAsync("kill", "--kill-who=main", "--signal=KILL", Unit(part))).Succeeded();

        await Wait.UntilAsync("it has a new process", async () => await Systemctl.MainPidAsync(Unit(part)) is > 0 and var pid && pid != killed, 5);
        await GuestsHaveNetworkAsync(boot);
    }

    [Fact]
    public async Task A_dnsmasq_that_is_killed_comes_back()
    {
        var boot = await BootAsync();
        var router = await Systemctl.MainPidAsync(Unit("-router"));
        var dnsmasq = (await Tool.RunAsync("/usr/bin/pgrep", "--parent", $"{router}", "dnsmasq")).Succeeded().Output.Trim();

        (await Tool.RunAsync("/bin/kill", "-KILL", dnsmasq)).Succeeded();

        await Wait.UntilAsync("there is a new router", async () => await Systemctl.MainPidAsync(Unit("-router")) is > 0 and var pid && pid != router, 5);
        await GuestsHaveNetworkAsync(boot);
    }

    [Fact]
    public async Task A_restart_by_hand_gives_guests_their_network_back()
    {
        var boot = await BootAsync();

        (await Systemctl.RunAsync("restart", Unit(""))).Succeeded();

        await GuestsHaveNetworkAsync(boot);
    }

    [Fact]
    public async Task A_switch_that_died_without_the_daemon_is_joined_again_when_the_daemon_is_back()
    {
        var boot = await BootAsync();
        await Host.KillDaemonAsync();
        var killed = await Systemctl.MainPidAsync(Unit(""));
        (await Systemctl.RunAsync("kill", "--kill-who=main", "--signal=KILL", Unit(""))).Succeeded();
        await Wait.UntilAsync("there is a new switch", async () => await Systemctl.MainPidAsync(Unit("")) is > 0 and var pid && pid != killed, 5);

        await Host.StartDaemonAsync();

        await GuestsHaveNetworkAsync(boot);
    }

    private string Unit(string part) => $"aetherscale-net-{Host.Network}{part}.service";

    /// <summary>Something that another boot of the guest has not.</summary>
    private async Task<string> BootAsync() => (await guests.InWebAsync("cat /proc/sys/kernel/random/boot_id")).Succeeded().Output;

    private async Task GuestsHaveNetworkAsync(string boot)
    {
        await Ssh.WaitAsync(Host, GuestPair.Web, 20);
        await Ssh.WaitAsync(Host, GuestPair.Peer, 20);
        Assert.Equal(boot, await BootAsync());
        await Wait.UntilAsync("all three units are active", async () =>
            await Systemctl.IsActiveAsync(Unit("")) && await Systemctl.IsActiveAsync(Unit("-router")) && await Systemctl.IsActiveAsync(Unit("-uplink")), 5);
        Assert.Contains("Address: ", (await guests.InWebAsync("nslookup peer")).Succeeded().Output);
    }
}

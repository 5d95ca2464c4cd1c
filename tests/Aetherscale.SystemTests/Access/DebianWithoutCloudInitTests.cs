using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Access;

/// <summary>Real Debians without cloud-init: what their systemd understands of its credentials.</summary>
[Collection(DebianGuests.Name)]
[Trait("length", "long")]
public sealed class DebianWithoutCloudInitTests(DebianGuests guests)
{
    private const string InitScript = "#!/bin/sh\necho ran of $(hostname) >>/var/local/init-script\n";

    [Fact]
    public async Task Systemd_252_takes_the_keys()
    {
        await guests.CreateAsync("bare-12", "older", "--hostname", "newborn", "--init-script", guests.Write("init-script", InitScript));

        Assert.Equal(new ToolResult(0, "root\n", ""), await guests.CliAsync("ssh", "older", "whoami"));
        Assert.Equal(new ToolResult(0, "root\n", ""), await guests.CliAsync("--broker", guests.BrokerUrl, "ssh", "older", "whoami"));
        Assert.Contains("systemd 252", await InGuestAsync("older", "systemctl --version"));

        // As docs/first-boot.md says: what this version does not know, it leaves alone.
        Assert.Equal("localhost\n", await InGuestAsync("older", "hostname"));
        Assert.Equal("none\n", await InGuestAsync("older", "systemctl is-system-running --wait >/dev/null; cat /var/local/init-script 2>/dev/null || echo none"));
        (await guests.CliAsync("delete-vm", "older")).Succeeded();
    }

    [Fact]
    public async Task Systemd_257_booted_by_UEFI_takes_keys_name_and_script_and_runs_the_script_once()
    {
        await guests.CreateAsync("bare-13", "newer", "--firmware", "uefi", "--hostname", "newborn", "--init-script", guests.Write("init-script", InitScript));

        Assert.Equal(new ToolResult(0, "root\n", ""), await guests.CliAsync("ssh", "newer", "whoami"));
        Assert.Equal("newborn\n", await InGuestAsync("newer", "hostname"));
        Assert.Contains("efivars", await InGuestAsync("newer", "ls /sys/firmware/efi"));
        await Wait.UntilAsync("the script has run", async () => await RunsAsync() == "ran of newborn\n", 120);

        (await guests.CliAsync("restart-vm", "newer")).Succeeded();
        await guests.WaitAsync("newer");
        Assert.Equal("newborn\n", await InGuestAsync("newer", "systemctl is-system-running --wait >/dev/null; hostname"));
        Assert.Equal("ran of newborn\n", await RunsAsync());
        (await guests.CliAsync("delete-vm", "newer")).Succeeded();
    }

    private Task<string> RunsAsync() => InGuestAsync("newer", "cat /var/local/init-script 2>/dev/null || echo none");

    private async Task<string> InGuestAsync(string vm, string command) => (await guests.CliAsync("exec", vm, "--", "sh", "-c", command)).Succeeded().Output;
}

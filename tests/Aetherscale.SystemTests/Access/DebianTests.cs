using System.Globalization;
using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Access;

/// <summary>A real Debian with cloud-init, systemd, OpenSSH and the QEMU guest agent: told things at its first boot, and got into.</summary>
[Collection(DebianGuests.Name)]
[Trait("length", "long")]
public sealed class DebianTests(DebianGuests guests) : IAsyncLifetime
{
    private const string Vm = "web";
    private const string UserData = "#cloud-config\nwrite_files:\n  - path: /etc/told\n    content: by user-data\n";
    private const string InitScript = "#!/bin/sh\necho ran of $(hostname) >>/var/local/init-script\n";

    private string _id = null!;

    private TestHost Host => guests.Host;

    /// <summary>The first test makes the VM that all use.</summary>
    public async ValueTask InitializeAsync()
    {
        var known = await guests.CliAsync("show-vm", Vm);
        if (known.ExitCode != 0)
        {
            await guests.CreateAsync(
                "debian-12", Vm, "--hostname", "newborn", "--disk", "3G", "--graphics", "vnc",
                "--user-data", guests.Write("user-data", UserData), "--init-script", guests.Write("init-script", InitScript));
        }

        _id = (await Host.RunAsync("show-vm", $$"""{"vm-id": "{{Vm}}"}""")).GetProperty("vm-id").GetString()!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("socket")]
    [InlineData("broker")]
    public async Task One_gets_in_by_ssh_exec_and_copy_without_a_flag(string way)
    {
        Assert.Equal(new ToolResult(0, "", ""), await guests.CliAsync([.. By(way), "ssh", Vm, "true"]));
        Assert.Equal(new ToolResult(3, "debian\n", ""), await guests.CliAsync([.. By(way), "ssh", Vm, "whoami; exit 3"]));
        Assert.Equal(
            new ToolResult(7, "typed\na  'b'\nnewborn\n", "oops\n"),
            await guests.CliAsync([.. By(way), "exec", Vm, "--", "sh", "-c", "cat; echo \"$1\"; hostname; echo oops >&2; exit 7", "sh", "a  'b'"], "typed\n"));

        using var folder = new TemporaryFolder();
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        await File.WriteAllBytesAsync($"{folder.Path}/in", bytes, TestContext.Current.CancellationToken);
        Assert.Equal(new ToolResult(0, "", ""), await guests.CliAsync([.. By(way), "copy", $"{folder.Path}/in", $"{Vm}:/root/it's here"]));
        Assert.Equal(new ToolResult(0, "", ""), await guests.CliAsync([.. By(way), "copy", $"{Vm}:/root/it's here", $"{folder.Path}/out"]));
        Assert.Equal(bytes, await File.ReadAllBytesAsync($"{folder.Path}/out", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("broker")]
    public async Task Its_console_asks_for_a_login_and_its_screen_shows_something(string way)
    {
        await using var console = RunningConsole.OnTerminal(Host, $"$cli {string.Join(' ', By(way))} console {Vm}");
        await console.ShowsAsync("Ctrl-] leaves it");
        await console.TypeAsync("\r");
        await console.ShowsAsync("newborn login:");
        await console.TypeAsync("\u001d");
        await console.EndsAsync(0);

        using var folder = new TemporaryFolder();
        var file = $"{folder.Path}/screen.png";
        Assert.Equal(new ToolResult(0, file + "\n", ""), await guests.CliAsync([.. By(way), "screenshot", Vm, file]));
        Assert.True(ScreenTests.ColoursOf(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)) > 2);
    }

    [Fact]
    public async Task Its_cloud_init_has_done_what_create_vm_was_told_and_root_has_grown_into_the_disk()
    {
        await SettleAsync();
        Assert.Equal("by user-data", await InGuestAsync("cat /etc/told"));
        Assert.Equal("ran of newborn\n", await InGuestAsync("cat /var/local/init-script"));
        Assert.True(long.Parse(await InGuestAsync("df --output=size -B1 / | tail -n 1"), CultureInfo.InvariantCulture) > 2_500_000_000);

        Assert.Equal("", await ComplaintsAsync(Vm));

        // The credentials are there, too. What cloud-init does with root's keys is its own: it lets nobody in, and says who may.
        var root = await guests.CliAsync("ssh", "-l", "root", Vm, "true");
        Assert.NotEqual(0, root.ExitCode);
        Assert.Contains("Please login as the user \"debian\"", root.Output);
    }

    [Fact]
    public async Task By_ssh_config_it_is_reached_by_scp_sftp_rsync_and_Ansible()
    {
        using var folder = new TemporaryFolder();
        var config = $"{folder.Path}/config";
        await File.WriteAllTextAsync(config, (await guests.CliAsync("ssh-config")).Succeeded().Output, TestContext.Current.CancellationToken);
        var sent = Directory.CreateDirectory($"{folder.Path}/sent").FullName;
        await File.WriteAllBytesAsync($"{sent}/noise", RandomNumberGenerator.GetBytes(300_000), TestContext.Current.CancellationToken);

        (await guests.ToolAsync("/usr/bin/scp", ["-q", "-F", config, $"{sent}/noise", $"{Vm}:by-scp"])).Succeeded();
        (await guests.ToolAsync("/usr/bin/sftp", ["-q", "-b", "-", "-F", config, Vm], $"get by-scp {folder.Path}/by-sftp\n")).Succeeded();
        Assert.Equal(await BytesOfAsync($"{sent}/noise"), await BytesOfAsync($"{folder.Path}/by-sftp"));

        (await guests.ToolAsync("/usr/bin/rsync", ["-a", "-e", $"ssh -F {config}", $"{sent}/", $"{Vm}:by-rsync/"])).Succeeded();
        (await guests.ToolAsync("/usr/bin/rsync", ["-a", "-e", $"ssh -F {config}", $"{Vm}:by-rsync/", $"{folder.Path}/back/"])).Succeeded();
        Assert.Equal(await BytesOfAsync($"{sent}/noise"), await BytesOfAsync($"{folder.Path}/back/noise"));

        var pong = (await guests.ToolAsync("/usr/bin/ansible", ["all", "-i", $"{Vm},", "--ssh-common-args", $"-F {config}", "-m", "ping"])).Succeeded();
        Assert.Contains("\"ping\": \"pong\"", pong.Output);
    }

    [Fact]
    public async Task Without_user_data_cloud_init_has_nothing_to_complain_of_and_does_what_the_network_configuration_says()
    {
        var card = (await InGuestAsync("ip -o -4 route show default")).Split(' ')[4];
        var network = guests.Write("network", $"version: 2\nethernets:\n  {card}:\n    dhcp4: true\n    addresses: [10.201.3.9/24]\n");
        await guests.CreateAsync("debian-12", "fixed", "--network-config", network);

        var status = (await guests.CliAsync("exec", "fixed", "--", "cloud-init", "status", "--wait", "--long")).Succeeded();
        Assert.Contains("status: done", status.Output);
        Assert.Equal("", await ComplaintsAsync("fixed"));
        var addresses = (await guests.CliAsync("exec", "fixed", "--", "ip", "-o", "-4", "addr", "show", card)).Succeeded().Output;
        Assert.Contains("inet 10.201.3.9/24 ", addresses);
        Assert.Contains($"inet {(await Host.RunAsync("show-vm", """{"vm-id": "fixed"}""")).GetProperty("address").GetString()}/", addresses);
        (await guests.CliAsync("delete-vm", "fixed")).Succeeded();
    }

    [Fact]
    public async Task It_powers_itself_off_when_it_is_stopped_and_its_init_script_does_not_run_again()
    {
        await SettleAsync();
        await using (var unit = await UnitPin.HoldAsync(TestHost.UnitOf(_id)))
        {
            (await guests.CliAsync("stop-vm", Vm)).Succeeded();
            Assert.Contains("reboot: Power down", Host.ConsoleOf(_id));
            await unit.AssertShutDownByGuestAsync();
        }

        (await guests.CliAsync("start-vm", Vm)).Succeeded();
        await guests.WaitAsync(Vm);
        await SettleAsync();
        Assert.Equal("ran of newborn\n", await InGuestAsync("cat /var/local/init-script"));
    }

    private string[] By(string way) => way == "broker" ? ["--broker", guests.BrokerUrl] : [];

    private static Task<byte[]> BytesOfAsync(string file) => File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

    /// <summary>The lines with which cloud-init was not content.</summary>
    private async Task<string> ComplaintsAsync(string vm) =>
        (await guests.CliAsync("exec", vm, "--", "sh", "-c", "grep -E 'WARNING|ERROR|CRITICAL|Traceback' /var/log/cloud-init.log || true")).Succeeded().Output;

    private async Task SettleAsync() => Assert.Contains("status: done", await InGuestAsync("cloud-init status --wait"));

    private async Task<string> InGuestAsync(string command) => (await guests.CliAsync("exec", Vm, "--", "sh", "-c", command)).Succeeded().Output;
}

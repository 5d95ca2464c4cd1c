using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Access;

/// <summary>What create-vm tells a guest, as a real Linux finds it.</summary>
[Collection(LinuxGuests.Name)]
public sealed class FirstBootTests(GuestPair guests)
{
    private const string NetworkConfig = "version: 2\nethernets: {}\n";

    private TestHost Host => guests.Host;

    [Fact]
    public async Task Name_keys_and_scripts_reach_the_guest_and_the_scripts_run_once()
    {
        using var folder = new TemporaryFolder();
        var (key, other) = (await KeyAsync(folder, "key"), await KeyAsync(folder, "other"));
        var vm = await CreateAsync(
            "born",
            "--hostname", "newborn.example.org", "--ssh-key", key + ".pub",
            "--user-data", Write(folder, "user", "#!/bin/sh\necho user-data of $(hostname) ran\n"),
            "--init-script", Write(folder, "init", "#!/bin/sh\necho init-script ran\n"),
            "--network-config", Write(folder, "network", NetworkConfig));
        await Host.WaitForConsoleAsync(vm, "seed: first boot done");

        // In this order; the ssh server says something in between, or does not.
        Assert.Matches("(?s)init-script ran.*user-data of newborn.example.org ran", Host.ConsoleOf(vm));
        Assert.Equal(NetworkConfig, (await ExecAsync("born", "cat", "/run/seed/network-config")).Output);
        Assert.Equal("1\n", (await ExecAsync("born", "cat", "/sys/block/vdb/ro")).Output);

        // A server that takes keys only.
        (await ExecAsync("born", "dropbear", "-s", "-p", "2222")).Succeeded();
        var config = Write(folder, "config", (await Host.CliAsync("ssh-config", "born")).Succeeded().Output);
        Assert.Equal(new ToolResult(0, "newborn.example.org\n", ""), await SshAsync(config, key));
        Assert.Equal(255, (await SshAsync(config, other)).ExitCode);

        (await Host.CliAsync("restart-vm", "born")).Succeeded();
        await Wait.UntilAsync("it is up again", () => Host.ConsoleOf(vm).Split("tiny guest ready").Length == 3, 60);
        Assert.Equal("newborn.example.org\n", (await ExecAsync("born", "hostname")).Output);
        Assert.Equal(2, Host.ConsoleOf(vm).Split("init-script ran").Length);
        (await Host.CliAsync("delete-vm", "born")).Succeeded();
    }

    [Fact]
    public async Task Without_a_seed_name_key_and_script_come_by_credentials_and_no_process_list_shows_them()
    {
        using var folder = new TemporaryFolder();
        var key = await KeyAsync(folder, "key");
        var vm = await CreateAsync(
            "told", "--no-start", "--hostname", "foretold", "--ssh-key", key + ".pub", "--init-script", Write(folder, "init", "#!/bin/sh\necho init-script of $(hostname) ran\n"));
        var credentials = $"{Host.Data}/vms/{vm}/credentials";
        Assert.All(Directory.GetFiles(credentials), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        await TakeSeedAwayAsync(vm);

        (await Host.CliAsync("start-vm", "told")).Succeeded();
        await Host.WaitForConsoleAsync(vm, "seed: first boot done");
        Assert.Contains("init-script of foretold ran", Host.ConsoleOf(vm));
        (await ExecAsync("told", "dropbear", "-s", "-p", "2222")).Succeeded();
        var config = Write(folder, "config", (await Host.CliAsync("ssh-config", "told")).Succeeded().Output);
        Assert.Equal(new ToolResult(0, "foretold\n", ""), await SshAsync(config, key, "told"));
        var pid = (await Host.RunAsync("show-vm", $$"""{"vm-id": "{{vm}}"}""")).GetProperty("pid").GetInt32();
        var line = (await File.ReadAllTextAsync($"/proc/{pid}/cmdline", TestContext.Current.CancellationToken)).Split('\0');
        Assert.Equal(5, line.Count(word => word.StartsWith($"type=11,path={credentials}/", StringComparison.Ordinal)));
        Assert.DoesNotContain(line, word => word.Contains("foretold", StringComparison.Ordinal));

        (await Host.CliAsync("restart-vm", "told")).Succeeded();
        await Wait.UntilAsync("it is up again", () => Host.ConsoleOf(vm).Split("tiny guest ready").Length == 3, 60);
        Assert.Equal("foretold\n", (await ExecAsync("told", "hostname")).Output);
        Assert.Equal(2, Host.ConsoleOf(vm).Split("init-script of foretold ran").Length);

        (await Host.CliAsync("stop-vm", "told")).Succeeded();
        File.Delete($"{credentials}/system.hostname");
        var refused = await Host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{vm}}}"}}""");
        Assert.Equal("disk-missing", refused.Code);
        Assert.Contains($"{credentials}/system.hostname", refused.Reason);
        (await Host.CliAsync("delete-vm", "told")).Succeeded();
    }

    [Fact]
    public async Task The_seed_is_a_file_in_the_unit_that_only_its_owner_reads_and_without_it_the_VM_is_not_started()
    {
        var vm = await CreateAsync("seeded", "--hostname", "seeded", "--no-start");
        var seed = $"{Host.Data}/vms/{vm}/seed.iso";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(seed));
        Assert.Equal(seed, (await Host.RunAsync("show-vm", """{"vm-id": "seeded"}""")).GetProperty("seed").GetString());
        Assert.Contains(seed, await File.ReadAllTextAsync($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}", TestContext.Current.CancellationToken));

        File.Delete(seed);
        var refused = await Host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{vm}}}"}}""");
        Assert.Equal("disk-missing", refused.Code);
        Assert.Contains(seed, refused.Reason);
        (await Host.CliAsync("delete-vm", vm)).Succeeded();
    }

    [Fact]
    public async Task A_disk_is_as_large_as_it_was_asked_for_and_never_smaller_than_its_image()
    {
        await CreateAsync("large", "--disk", "3G", "--ssh-key", "none");
        (await Host.CliAsync("wait-vm", "large", "--for", "agent")).Succeeded();
        Assert.Equal("6291456\n", (await ExecAsync("large", "cat", "/sys/block/vda/size")).Output);
        (await Host.CliAsync("delete-vm", "large")).Succeeded();

        var before = Directory.GetFileSystemEntries($"{Host.Data}/vms");
        var refused = await Host.CliAsync("create-vm", "--image", "tiny", "--disk", "63M");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("\"disk\" must be at least 64 MiB", refused.Error);
        Assert.Equal(before, Directory.GetFileSystemEntries($"{Host.Data}/vms"));
    }

    private async Task<string> CreateAsync(string name, params string[] more) =>
        (await Host.CliAsync(["create-vm", "--quiet", "--image", "tiny", "--name", name, .. more])).Succeeded().Output.Trim();

    // As docs/first-boot.md tells people to do it.
    private async Task TakeSeedAwayAsync(string vm)
    {
        var spec = $"{Host.Data}/vms/{vm}/vm.json";
        var lines = await File.ReadAllLinesAsync(spec, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(spec, lines.Where(line => !line.Contains("\"seed\"", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        File.Delete($"{Host.Data}/vms/{vm}/seed.iso");
    }

    private Task<ToolResult> ExecAsync(string vm, params string[] command) => Host.CliAsync(["exec", vm, "--", .. command]);

    private static string Write(TemporaryFolder folder, string name, string content)
    {
        File.WriteAllText($"{folder.Path}/{name}", content);
        return $"{folder.Path}/{name}";
    }

    private static async Task<string> KeyAsync(TemporaryFolder folder, string name)
    {
        (await Tool.RunAsync("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder.Path}/{name}")).Succeeded();
        return $"{folder.Path}/{name}";
    }

    private Task<ToolResult> SshAsync(string config, string key, string vm = "born") => Tool.RunAsync(
        "/usr/bin/ssh", ["-F", config, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-i", key, "-p", "2222", vm, "hostname"], Host.Settings);
}

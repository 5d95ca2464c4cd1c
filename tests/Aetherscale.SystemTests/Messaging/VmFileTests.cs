using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>A VM's file, by both doors: what show-vm prints recreates the VM.</summary>
[Collection(BrokerTests.Name)]
public sealed class VmFileTests(Broker broker)
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7WdsJnYH0LGqJvBmNzFCHFlcSLnCnJlVO8eSXQOzX4 Ann's desk";

    private const string Description = $$"""
        image: polite
        name: made
        cpus: 2
        memory: 64M
        disk: 3G
        ssh-keys:
          - "{{Key}}"
        hostname: made.example.org
        user-data: |
          #cloud-config
          runcmd:
            - [echo, "ü \\"]
        network-config: |-
          version: 2
          ethernets: {}
        init-script: "#!/bin/sh\nprintf '\x1b[2J'\n"
        graphics: vnc
        autostart: never
        restart: always

        """;

    [Fact]
    public async Task What_is_printed_of_a_VM_recreates_it_by_socket_and_by_broker()
    {
        var url = broker.UrlOf(broker.NewVirtualHost());
        await using var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url }, "polite");
        await host.WaitForBrokerAsync();
        using var folder = new TemporaryFolder();
        foreach (var door in (string[][])[[], ["--broker", url]])
        {
            await CreateByOptionsAsync(host, folder.Path, door);
            Assert.Equal(Description, await PrintedAsync(host, door));
            var seed = await File.ReadAllBytesAsync($"{FolderOf(host)}/seed.iso", TestContext.Current.CancellationToken);

            await File.WriteAllTextAsync($"{folder.Path}/vm.yaml", await PrintedAsync(host, door), TestContext.Current.CancellationToken);
            (await host.CliAsync([.. door, "delete-vm", "made"])).Succeeded();
            (await host.CliAsync([.. door, "create-vm", "--file", $"{folder.Path}/vm.yaml"])).Succeeded();
            Assert.Equal(Description, await PrintedAsync(host, door));
            Assert.Equal(seed.Length, new FileInfo($"{FolderOf(host)}/seed.iso").Length);

            (await host.CliAsync([.. door, "delete-vm", "made"])).Succeeded();
            var typed = await Tool.RunAsync(
                $"{TestEnvironment.Programs}/aetherscale-cli", [.. door, "create-vm", "-f", "-", "--name", "plain", "--no-start"], host.Settings, "image: polite\nssh-keys: []\n");
            typed.Succeeded();
            Assert.Equal("image: polite\nname: plain\ncpus: 1\nmemory: 128M\nssh-keys: []\n", await PrintedAsync(host, door, "plain"));
            (await host.CliAsync([.. door, "delete-vm", "plain"])).Succeeded();
        }
    }

    [Fact]
    public async Task Secrets_are_told_to_those_only_who_ask_and_a_foreign_seed_is_named()
    {
        await using var host = await TestHost.StartAsync("polite");
        (await host.CliAsync("create-vm", "--image", "polite", "--name", "made", "--no-start", "--hostname", "h", "--ssh-key", "none")).Succeeded();
        Assert.False((await host.RunAsync("show-vm", """{"vm-id": "made"}""")).TryGetProperty("definition", out _));

        var seed = $"{FolderOf(host)}/seed.iso";
        await File.WriteAllTextAsync(seed, "no image", TestContext.Current.CancellationToken);
        var refused = await host.CliAsync("show-vm", "made", "--output", "yaml");
        Assert.Equal((1, $"aetherscale-cli: VM \"made\" cannot be described by {seed}: it is cut off. (disk-unsafe)\n"), (refused.ExitCode, refused.Error));
        File.Delete(seed);
        Assert.Contains("(disk-missing)", (await host.CliAsync("show-vm", "made", "--output", "yaml")).Error);
        (await host.CliAsync("show-vm", "made")).Succeeded();
    }

    private static async Task CreateByOptionsAsync(TestHost host, string folder, string[] door)
    {
        await File.WriteAllTextAsync($"{folder}/user", "#cloud-config\nruncmd:\n  - [echo, \"ü \\\\\"]\n");
        await File.WriteAllTextAsync($"{folder}/network", "version: 2\nethernets: {}");
        await File.WriteAllTextAsync($"{folder}/init", "#!/bin/sh\nprintf '\e[2J'\n");
        (await host.CliAsync(
        [
            .. door, "create-vm", "--image", "polite", "--name", "made", "--cpus", "2", "--memory", "64", "--disk", "3G", "--ssh-key", Key, "--hostname", "made.example.org",
            "--user-data", $"{folder}/user", "--network-config", $"{folder}/network", "--init-script", $"{folder}/init",
            "--graphics", "vnc", "--autostart", "never", "--restart", "always",
        ])).Succeeded();
    }

    private static async Task<string> PrintedAsync(TestHost host, string[] door, string vm = "made") =>
        (await host.CliAsync([.. door, "show-vm", vm, "--output", "yaml"])).Succeeded().Output;

    /// <summary>Of the only VM.</summary>
    private static string FolderOf(TestHost host) => Assert.Single(Directory.GetDirectories($"{host.Data}/vms"));
}

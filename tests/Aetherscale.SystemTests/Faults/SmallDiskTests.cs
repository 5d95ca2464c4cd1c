using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A file system without room. The daemon alone has it, in a mount namespace of its own, as the same user.</summary>
public sealed class SmallDiskTests
{
    /// <summary>FOLDER OPTIONS THEN PROGRAM…: mounts, does THEN, and becomes the user again.</summary>
    private const string Script = """
        if [ "$(id -u)" = 0 ]; then
          exec unshare --mount /bin/sh -c 'mount -t tmpfs -o "$2" small "$1" || exit; eval "$3"; shift 4; exec "$@"' sh "$1" "$2" "$3" 0 "${@:4}"
        fi
        uid=$(stat -c %u /proc/self) folder=$1 then=$3
        exec unshare --user --map-root-user --mount /bin/sh -c '
          mount -t tmpfs -o "$2" small "$1" || exit
          eval "$3"
          uid=$4; shift 4
          exec unshare --user --map-user=$uid --map-group=$uid "$@"' sh "$1" "$2" "$3" "$(id -u)" "${@:4}"
        """;

    [Fact]
    public async Task B15_A_create_without_room_is_refused_and_leaves_nothing()
    {
        await using var host = TestHost.Prepare(new Dictionary<string, string>());
        host.Launcher = SmallDisk(host.Data, "size=640k,mode=0700", $"mkdir {host.Data}/images && cp {TestEnvironment.Images}/polite.qcow2 {host.Data}/images/");
        await host.StartDaemonAsync();

        // That of the daemon, who alone sees it.
        var data = $"/proc/{host.DaemonPid}/root{host.Data}";
        var vms = new List<string>();
        string? code = null;
        while (code is null)
        {
            Assert.InRange(vms.Count, 0, 100);
            var before = Tree(data);
            var reply = await host.SendAsync("""{"command": "create-vm", "options": {"image": "polite", "no-start": true}}""");
            if (reply.TryGetProperty("response", out var response))
            {
                vms.Add(response.GetProperty("vm-id").GetString()!);
                continue;
            }

            code = reply.GetProperty("execution-info").GetProperty("code").GetString();
            Assert.Equal(before, Tree(data));
        }

        Assert.Equal("no-space", code);
        Assert.NotEmpty(vms);
        Assert.Equal(vms.Order(), (await host.RunAsync("list-vms")).EnumerateArray().Select(vm => vm.GetProperty("vm-id").GetString()!).Order());
        Assert.Equal(vms.Count, host.OurUnits().Count(unit => unit.StartsWith("aetherscale-vm-", StringComparison.Ordinal)));

        // Room is made by deleting, also by a request that is to be remembered.
        await host.SendAsync($$$"""{"command": "delete-vm", "request-id": "r-1", "options": {"vm-id": "{{{vms[0]}}}"}}""");
        await host.CreateAsync("polite", """, "no-start": true""");
        Assert.Null(await host.StatusAsync(vms[0]));
    }

    [Fact]
    public async Task B25_A_daemon_whose_runtime_folder_is_full_says_so_and_no_vm_is_harmed()
    {
        await using var host = await TestHost.StartAsync("polite");
        var vm = await host.CreateAsync("polite");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(vm));
        await host.KillDaemonAsync();

        var folder = Path.GetDirectoryName(host.Socket)!;
        var full = SmallDisk(folder, "size=4k,nr_inodes=2,mode=0700", $"touch {folder}/full");
        var daemon = await Tool.RunAsync(
            "/usr/bin/timeout", ["10", .. full, $"{TestEnvironment.Programs}/aetherscale", .. TestEnvironment.Daemon], host.Settings);

        Assert.NotEqual(0, daemon.ExitCode);
        Assert.NotEqual(124, daemon.ExitCode);
        Assert.Contains($"{host.Socket} cannot be made", daemon.Error.TrimEnd().Split('\n')[^1]);
        Assert.Equal(pid, await Systemctl.MainPidAsync(TestHost.UnitOf(vm)));
        await host.StartDaemonAsync();
        await Wait.UntilAsync("the VM is seen to run", async () => await host.StatusAsync(vm) == "running");
    }

    private static IReadOnlyList<string> SmallDisk(string folder, string options, string then)
    {
        Directory.CreateDirectory(folder);
        return ["/bin/bash", "-c", Script, "small-disk", folder, options, then];
    }

    private static List<string> Tree(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => File.Exists(path) ? $"{path} {new FileInfo(path).Length}" : path)
            .Order(StringComparer.Ordinal),
    ];
}

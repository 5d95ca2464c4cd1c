using System.Globalization;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>What a guest that has broken out into its QEMU can reach.</summary>
public sealed partial class SandboxTests : IAsyncLifetime
{
    private static readonly string[] s_namespaces = ["user", "mnt", "net"];
    private static readonly string[] s_hidden = ["/home", "/root", "/run", "/run/user", "/sys", "/dev", "/dev/shm"];

    private TestHost _host = null!;

    private static double MostExposure => TestEnvironment.IsSystem ? 0.7 : 1.5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_an_ordinary_program_can_do_nothing_in_the_sandbox_can()
    {
        var other = await _host.CreateAsync("polite", """, "no-start": true""");
        var own = await _host.CreateAsync("polite", """, "no-start": true""");
        using var files = new TemporaryFolder();
        var secret = $"{TestEnvironment.Home}/aetherscale-secret-{own}";
        var memory = $"/dev/shm/aetherscale-secret-{own}";
        string[] marks = [secret, memory, $"{files.Path}/secret"];
        foreach (var mark in marks)
        {
            await File.WriteAllTextAsync(mark, "secret", Token);
        }

        var intruder = new Intruder(new Dictionary<string, string>
        {
            ["secret"] = secret,
            ["other"] = $"{_host.Data}/vms/{other}",
            ["own"] = $"{_host.Data}/vms/{own}",
            ["daemon"] = _host.DaemonPid.ToString(CultureInfo.InvariantCulture),
            ["runtime"] = TestEnvironment.RuntimeDirectory,
            ["run"] = TestEnvironment.IsSystem ? "user,aetherscale,systemd" : "user",
            ["manager"] = string.Join(' ', TestEnvironment.Manager),
            ["api"] = _host.Socket,
            ["said"] = $"{files.Path}/escaped",
            ["tmp"] = $"{files.Path}/secret",
            ["memory"] = memory,
            ["group"] = await ControlGroupAsync(),
        });
        try
        {
            var inUnit = await intruder.InUnitAsync(TestHost.UnitOf(own));
            string[] left = [$"{files.Path}/escaped", $"{_host.Data}/vms/{own}/intruder", $"{_host.Data}/vms/{other}/intruder"];
            Assert.All(left, file => Assert.False(File.Exists(file), file));
            var inTheOpen = await intruder.InTheOpenAsync();
            Assert.All(left, file => Assert.True(File.Exists(file), file));

            // It may make files in its hidden folders, which are its own memory.
            string[] harmless = ["leave a file in its own folder"];
            Assert.Equal([], inUnit.Where(attempt => attempt.Value == "done").Select(attempt => attempt.Key).Except(harmless));

            // A try that never succeeds proves nothing. Who is not root may not do these in any case, or not everywhere.
            string[] never = ["write a system file", "open a vsock socket", "trace a process", "reach the user bus", "make a user namespace"];
            Assert.Equal([], inTheOpen.Where(attempt => attempt.Value != "done").Select(attempt => attempt.Key).Except(never));
        }
        finally
        {
            Array.ForEach(marks, File.Delete);
        }
    }

    [Fact]
    public async Task The_kernel_says_the_same_of_a_running_QEMU()
    {
        var id = await _host.CreateAsync("polite");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));

        var status = await File.ReadAllLinesAsync($"/proc/{pid}/status", Token);
        var mounts = await File.ReadAllLinesAsync($"/proc/{pid}/mountinfo", Token);

        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("CapBnd:\t0000000000000000", status);
        Assert.All(s_namespaces, kind => Assert.NotEqual(
            new FileInfo($"/proc/self/ns/{kind}").LinkTarget, new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget));
        Assert.All(s_hidden, folder =>
            Assert.Contains(mounts, line => line.Split(' ')[4] == folder && line.Contains(" - tmpfs ")));
        Assert.StartsWith("ro", mounts.Last(line => line.Split(' ')[4] == "/").Split(' ')[5]);
        Assert.Single(new DirectoryInfo($"/proc/{pid}/net/dev_snmp6").GetFiles());
    }

    [Fact]
    public async Task Show_vm_tells_what_stands_around_a_running_VM()
    {
        var id = await _host.CreateAsync("polite");

        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Empty(vm.GetProperty("sandbox-missing").EnumerateArray());
        var names = vm.GetProperty("sandbox").EnumerateArray().Select(name => name.GetString());
        Assert.Superset(new HashSet<string?> { "user-namespace", "home-hidden", "devices-hidden", "system-call-filter" }, names.ToHashSet());
        Assert.Contains("home-hidden", (await _host.CliAsync("show-vm", id)).Succeeded().Output);
    }

    [Fact]
    public async Task Systemd_analyze_gives_it_no_more_than_it_must()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        var tcg = await ScoreAsync($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}");

        Assert.InRange(tcg, 0.0, MostExposure);
    }

    [Fact]
    public async Task Systemd_analyze_gives_one_with_kvm_no_more_than_it_must()
    {
        using var folder = new TemporaryFolder();
        await using var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_ACCELERATOR"] = "kvm" }, "polite");
        var id = await host.CreateAsync("polite", """, "no-start": true""");
        var unit = $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}";

        Assert.Contains("MemoryDenyWriteExecute=yes", await File.ReadAllTextAsync(unit, Token));
        Assert.InRange(await ScoreAsync(unit), 0.0, MostExposure);
    }

    private static async Task<double> ScoreAsync(string unitFile)
    {
        var said = await Tool.RunAsync("/usr/bin/systemd-analyze", [.. TestEnvironment.Manager, "security", "--offline=true", "--no-pager", unitFile], new Dictionary<string, string>());
        return double.Parse(ScorePattern().Match(said.Succeeded().Output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>A control group that the user may write: the manager's own.</summary>
    private static async Task<string> ControlGroupAsync()
    {
        var root = Directory.Exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
        var manager = await Systemctl.RunAsync("show", "--value", "--property", "ControlGroup");
        return root + manager.Succeeded().Output.Trim().TrimEnd('/');
    }

    [GeneratedRegex(@"Overall exposure level for [^:]+: ([\d.]+)")]
    private static partial Regex ScorePattern();
}

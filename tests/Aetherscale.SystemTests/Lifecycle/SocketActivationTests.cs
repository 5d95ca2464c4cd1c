using System.Security.Cryptography;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>The packaged units, under names of their own: systemd starts the daemon, watches it, and restarts it.</summary>
public sealed class SocketActivationTests : IAsyncLifetime
{
    private readonly string _name = "aetherscale-test-" + RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly TestHost _host = TestHost.Prepare(new Dictionary<string, string>(), "polite");

    private string Service => _name + ".service";

    private string Socket => _name + ".socket";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(TestEnvironment.UnitFolder);
        var packaging = Path.Combine(AppContext.BaseDirectory, TestEnvironment.IsSystem ? "packaging/system" : "packaging");
        Write(Socket, (await File.ReadAllTextAsync($"{packaging}/aetherscale.socket")).Replace("%t/aetherscale/api.sock", _host.Socket).Replace("/run/aetherscale/api.sock", _host.Socket));
        var settings = (TestEnvironment.IsSystem ? $"ReadWritePaths={_host.Data}\n" : "") + string.Concat(_host.Settings.Select(setting => $"Environment=\"{setting.Key}={setting.Value}\"\n"));
        Write(Service, (await File.ReadAllTextAsync($"{packaging}/aetherscale.service"))
            .Replace("@PROGRAM@", $"{TestEnvironment.Programs}/aetherscale")
            .Replace("aetherscale.socket", Socket)
            .Replace("WatchdogSec=30\n", $"WatchdogSec=1\n{settings}"));
        (await Systemctl.RunAsync("start", Socket)).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        await Systemctl.RunAsync("stop", Socket, Service);
        await Systemctl.RunAsync("reset-failed", Service);
        File.Delete($"{TestEnvironment.UnitFolder}/{Socket}");
        File.Delete($"{TestEnvironment.UnitFolder}/{Service}");
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_first_connection_starts_the_daemon_and_no_one_else_may_connect()
    {
        Assert.Equal("inactive", await Systemctl.PropertyAsync(Service, "ActiveState"));

        Assert.Equal(0, (await _host.RunAsync("list-vms")).GetArrayLength());

        Assert.Equal("active", await Systemctl.PropertyAsync(Service, "ActiveState"));
        Assert.Equal("notify", await Systemctl.PropertyAsync(Service, "Type"));
        const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Assert.Equal(
            TestEnvironment.IsSystem ? ReadWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite : ReadWrite, File.GetUnixFileMode(_host.Socket));
        Assert.Equal(
            ReadWrite | UnixFileMode.UserExecute | (TestEnvironment.IsSystem ? Others : UnixFileMode.None),
            File.GetUnixFileMode(Path.GetDirectoryName(_host.Socket)!));
    }

    [Fact]
    public async Task A_request_that_comes_while_the_daemon_is_down_is_answered_by_the_next_one()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");
        var first = await Systemctl.MainPidAsync(Service);
        (await Systemctl.RunAsync("stop", Service)).Succeeded();
        Assert.True(File.Exists(_host.Socket));

        Assert.Equal("stopped", await _host.StatusAsync(id));

        Assert.NotEqual(first, await Systemctl.MainPidAsync(Service));
    }

    [Fact]
    public async Task The_daemon_gives_its_watchdog_signs_of_life()
    {
        await _host.RunAsync("list-vms");
        var pid = await Systemctl.MainPidAsync(Service);

        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.Equal("active", await Systemctl.PropertyAsync(Service, "ActiveState"));
        Assert.Equal(pid, await Systemctl.MainPidAsync(Service));
        Assert.Equal("0", await Systemctl.PropertyAsync(Service, "NRestarts"));
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_restarted_by_the_watchdog_and_no_vm_notices()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        var vm = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        var daemon = await Systemctl.MainPidAsync(Service);

        (await Tool.RunAsync("/bin/kill", "-STOP", $"{daemon}")).Succeeded();

        await Wait.UntilAsync("systemd has started another", async () =>
            await Systemctl.MainPidAsync(Service) is var pid && pid != 0 && pid != daemon);
        Assert.Equal("running", await _host.StatusAsync(id));
        Assert.Equal("1", await Systemctl.PropertyAsync(Service, "NRestarts"));
        Assert.Equal(vm, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
        Assert.Equal("stopped", (await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
    }

    private static void Write(string unit, string text) => File.WriteAllText($"{TestEnvironment.UnitFolder}/{unit}", text);
}

using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A systemd that does not answer, and a daemon that is asked meanwhile.</summary>
/// <remarks>There is no second PID 1, and the first can be frozen only from outside its host: tests/hosts/system.sh does that.</remarks>
[Trait("mode", "user")]
public sealed class FrozenSystemdTests : IAsyncLifetime
{
    /// <summary>What a call to systemd may take, 25 s, and some for a slow machine.</summary>
    private const double Bound = 32;

    private SecondManager _manager = null!;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _manager = await SecondManager.StartAsync();
        _host = await TestHost.StartAsync(_manager.Variables, "polite");
    }

    public async ValueTask DisposeAsync()
    {
        await _manager.SignalAsync("CONT");
        await _manager.SystemctlAsync("kill", "--signal=KILL", "aetherscale-vm-*");
        await _manager.SystemctlAsync("stop", "aetherscale-*");
        await _host.DisposeAsync();
        await _manager.DisposeAsync();
    }

    [Fact]
    public async Task B38_A_frozen_systemd_is_told_in_bounded_time_and_after_it_the_daemon_agrees_with_it_again()
    {
        var up = await _host.CreateAsync("polite", """, "name": "up" """);
        var down = await _host.CreateAsync("polite", """, "name": "down", "no-start": true""");
        await _host.WaitForConsoleAsync(up, "POLITE UP");
        var qemu = await _manager.PropertyAsync(TestHost.UnitOf(up), "MainPID");

        await _manager.SignalAsync("STOP");
        var began = Stopwatch.GetTimestamp();
        var list = RefusedAsync("""{"command": "list-vms"}""");
        var start = RefusedAsync("""{"command": "start-vm", "options": {"vm-id": "down"}}""");

        // What needs no systemd is answered meanwhile.
        Assert.Equal("bad-request", (await _host.RefusedAsync("""{"command": "start-vm", "options": {"vm": 1}}""")).Code);
        Assert.Equal("vm-not-found", (await _host.RefusedAsync("""{"command": "start-vm", "options": {"vm-id": "nobody"}}""")).Code);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 2);
        Assert.False(list.IsCompleted);

        Assert.Equal(("systemd-unavailable", "systemd-unavailable"), (await list, await start));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, Bound);

        // Nobody tells systemd of this before it thaws.
        (await Tool.RunAsync("/bin/kill", "-KILL", qemu)).Succeeded();
        await _manager.SignalAsync("CONT");

        Assert.Equal("starting", (await _host.RunAsync("start-vm", """{"vm-id": "down"}""")).GetProperty("status").GetString());
        await Wait.UntilAsync("systemd has started the killed one again", async () => await AgreesAsync(up) is { } pid && pid != qemu);
        Assert.NotNull(await AgreesAsync(down));
        await _host.RunAsync("stop-vm", """{"vm-id": "up", "kill": true}""");
        Assert.Equal("inactive", await _manager.PropertyAsync(TestHost.UnitOf(up), "ActiveState"));
        Assert.Equal("stopped", await _host.StatusAsync(up));
    }

    private async Task<string> RefusedAsync(string body) => (await _host.RefusedAsync(body)).Code;

    /// <returns>The QEMU that the daemon and systemd both say runs the VM; null while they do not.</returns>
    private async Task<string?> AgreesAsync(string vm)
    {
        var shown = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{vm}}"}""");
        var pid = await _manager.PropertyAsync(TestHost.UnitOf(vm), "MainPID");
        return shown.GetProperty("status").GetString() == "running" && await _manager.PropertyAsync(TestHost.UnitOf(vm), "ActiveState") == "active"
            && shown.TryGetProperty("pid", out var told) && told.ToString() == pid ? pid : null;
    }
}

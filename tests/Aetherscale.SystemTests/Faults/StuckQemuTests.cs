using System.Diagnostics;
using System.Net.Sockets;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>QEMUs that do not answer.</summary>
public sealed class StuckQemuTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("stop.sock")]
    [InlineData("qmp.sock")]
    public async Task B22_A_stop_meets_its_deadline_though_somebody_holds_a_monitor(string monitor)
    {
        var vm = await CreateAsync();
        if (monitor == "qmp.sock")
        {
            // The daemon's own: it must be first.
            await _host.KillDaemonAsync();
        }

        using var holder = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await holder.ConnectAsync(
            new UnixDomainSocketEndPoint($"{TestEnvironment.RuntimeDirectory}/aetherscale/vms/{vm}/{monitor}"), TestContext.Current.CancellationToken);
        if (monitor == "qmp.sock")
        {
            await _host.StartDaemonAsync();
        }

        await StopsWithinAsync(vm, 6, monitor == "qmp.sock" ? ["stopped"] : ["stopped", "killed"]);
    }

    [Fact]
    public async Task B23_A_frozen_qemu_holds_up_no_list_and_its_stop_meets_its_deadline()
    {
        var vm = await CreateAsync();
        var other = await _host.CreateAsync("polite", """, "no-start": true""");
        (await Systemctl.RunAsync("kill", "--signal=STOP", TestHost.UnitOf(vm))).Succeeded();

        // It may have told something less than a second ago.
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var rows = (await _host.RunAsync("list-vms")).EnumerateArray().ToDictionary(row => row.GetProperty("vm-id").GetString()!);
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 1);
            Assert.Equal("stopped", rows[other].GetProperty("status").GetString());
            Assert.Equal("running", rows[vm].GetProperty("status").GetString());
            Assert.Contains("does not answer now", rows[vm].GetProperty("hint").GetString());
        }

        (await Systemctl.RunAsync("kill", "--signal=CONT", TestHost.UnitOf(vm))).Succeeded();
        await Wait.UntilAsync("it answers again", async () => !(await _host.RunAsync("list-vms")).ToString().Contains("does not answer", StringComparison.Ordinal));
        (await Systemctl.RunAsync("kill", "--signal=STOP", TestHost.UnitOf(vm))).Succeeded();

        await StopsWithinAsync(vm, 8, ["killed"]);
    }

    private async Task<string> CreateAsync()
    {
        var vm = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(vm, "POLITE UP");
        return vm;
    }

    private async Task StopsWithinAsync(string vm, double seconds, string[] answers)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{vm}}", "timeout": 4}""");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, seconds);
        Assert.Contains(answer.GetProperty("status").GetString(), answers);
        Assert.Equal("stopped", await _host.StatusAsync(vm));
    }
}

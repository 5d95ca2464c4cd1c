using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>A real Linux says on its console that it went down in good order.</summary>
[Collection(nameof(LinuxGuests))]
public sealed class TinyGuestTests : IAsyncLifetime
{
    // The kernel's last words before it switches the power off.
    private const string PoweredDown = "reboot: Power down";
    private const double BootSeconds = 120;

    private TestHost _host = null!;
    private string _id = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync("tiny");
        _id = await _host.CreateAsync("tiny");
        await _host.WaitForConsoleAsync(_id, "login:", BootSeconds);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("stop-vm")]
    [InlineData("systemctl stop")]
    [InlineData("systemctl stop without the daemon")]
    public async Task A_linux_guest_is_shut_down_by_a_stop(string how)
    {
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(_id));

        switch (how)
        {
            case "stop-vm":
                var answer = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{_id}}"}""");
                Assert.Equal("stopped", answer.GetProperty("status").GetString());
                break;
            case "systemctl stop":
                (await Systemctl.RunAsync("stop", TestHost.UnitOf(_id))).Succeeded();
                break;
            default:
                await _host.KillDaemonAsync();
                (await Systemctl.RunAsync("stop", TestHost.UnitOf(_id))).Succeeded();
                break;
        }

        Assert.Contains(PoweredDown, _host.ConsoleOf(_id));
        await unit.AssertShutDownByGuestAsync();
        Assert.Equal(how != "stop-vm", TestHost.IsEnabled(_id));
    }

    [Fact]
    public async Task A_stop_of_a_linux_guest_goes_on_when_the_daemon_dies_meanwhile()
    {
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(_id));

        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{_id}}", "wait": false}""");
        await _host.KillDaemonAsync();

        await Wait.UntilAsync(
            "the unit is down", async () => await Systemctl.PropertyAsync(TestHost.UnitOf(_id), "ActiveState") == "inactive", 60);
        Assert.Contains(PoweredDown, _host.ConsoleOf(_id));
        await unit.AssertShutDownByGuestAsync();
        Assert.False(TestHost.IsEnabled(_id));
    }
}

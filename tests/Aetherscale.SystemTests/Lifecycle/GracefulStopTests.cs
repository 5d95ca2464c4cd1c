using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>Guests are shut down, not cut off, whoever stops them and whether or not the daemon lives.</summary>
public sealed class GracefulStopTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite", "off", "deaf");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Stop_vm_shuts_the_guest_down_and_keeps_it_down()
    {
        var id = await CreatePoliteAsync();
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));
        Assert.True(TestHost.IsEnabled(id));

        var answer = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal("stopped", answer.GetProperty("status").GetString());
        await unit.AssertShutDownByGuestAsync();
        Assert.False(TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task Stop_vm_goes_on_when_the_daemon_dies_meanwhile()
    {
        var id = await CreatePoliteAsync();
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));

        Assert.Equal(
            "stopping",
            (await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}", "wait": false}""")).GetProperty("status").GetString());
        await _host.KillDaemonAsync();

        await WaitUntilDownAsync(id);
        await unit.AssertShutDownByGuestAsync();
        Assert.False(TestHost.IsEnabled(id));
        await _host.StartDaemonAsync();
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Systemctl_stop_shuts_the_guest_down_and_leaves_it_its_place_at_the_next_boot(bool withDaemon)
    {
        var id = await CreatePoliteAsync();
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));
        if (!withDaemon)
        {
            await _host.KillDaemonAsync();
        }

        (await Systemctl.RunAsync("stop", TestHost.UnitOf(id))).Succeeded();

        await unit.AssertShutDownByGuestAsync();
        await LetTheDaemonHearAsync(withDaemon);
        Assert.True(TestHost.IsEnabled(id));
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task B19_A_guest_that_powers_itself_off_is_stopped_and_stays_so()
    {
        var id = await _host.CreateAsync("off", """, "no-start": true""");
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));

        await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");

        await WaitUntilDownAsync(id);
        Assert.Contains("OFF", _host.ConsoleOf(id));
        await unit.AssertShutDownByGuestAsync();
        Assert.Equal("stopped", await _host.StatusAsync(id));
        await Wait.UntilAsync("it does not start at boot any more", () => !TestHost.IsEnabled(id));
    }

    [Fact]
    public async Task A_guest_that_powers_itself_off_at_its_first_start_does_not_start_at_boot()
    {
        // The guest may be faster than QEMU's greeting or slower: both ways have to lead to the same.
        for (var round = 0; round < 5; round++)
        {
            var id = await _host.CreateAsync("off");
            await WaitUntilDownAsync(id);

            await Wait.UntilAsync("it does not start at boot any more", () => !TestHost.IsEnabled(id), 5);
            Assert.Equal("stopped", await _host.StatusAsync(id));
        }
    }

    [Fact]
    public async Task A_guest_that_powers_itself_off_without_the_daemon_is_stopped_cleanly_too()
    {
        var id = await _host.CreateAsync("off", """, "no-start": true""");
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));
        await _host.KillDaemonAsync();

        (await Systemctl.RunAsync("start", TestHost.UnitOf(id))).Succeeded();

        await Wait.UntilAsync("the guest says so", () => _host.ConsoleOf(id).Contains("OFF"));
        await WaitUntilDownAsync(id);
        await unit.AssertShutDownByGuestAsync();
        await _host.StartDaemonAsync();
        Assert.Equal("stopped", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_vm_that_was_started_by_systemctl_without_the_daemon_is_known_as_running_later()
    {
        var id = await CreatePoliteAsync();
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));
        await _host.KillDaemonAsync();
        (await Systemctl.RunAsync("stop", TestHost.UnitOf(id))).Succeeded();
        (await Systemctl.RunAsync("start", TestHost.UnitOf(id))).Succeeded();
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));

        await _host.StartDaemonAsync();
        Assert.Equal("running", await _host.StatusAsync(id));
        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");
        Assert.Equal(pid, vm.GetProperty("pid").GetInt32());
        await Wait.UntilAsync("the guest is up", () => _host.ConsoleOf(id).Split("POLITE UP").Length == 3);
        var answer = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal("stopped", answer.GetProperty("status").GetString());
        await unit.AssertShutDownByGuestAsync();
    }

    [Fact]
    public async Task The_daemon_hears_of_a_start_by_systemctl()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        (await Systemctl.RunAsync("start", TestHost.UnitOf(id))).Succeeded();

        await Wait.UntilAsync("it is listed as running, without a hint", async () =>
            (await _host.RunAsync("list-vms"))[0] is var vm
            && vm.GetProperty("status").GetString() == "running" && !vm.TryGetProperty("hint", out _));
        Assert.Equal("stopped", (await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task B21_A_deaf_guest_is_ended_when_the_grace_of_its_unit_ends()
    {
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_STOP_GRACE_SECONDS"] = "2" }, "deaf");
        var id = await host.CreateAsync("deaf");
        await host.WaitForConsoleAsync(id, "DEAF UP");
        await using var unit = await UnitPin.HoldAsync(TestHost.UnitOf(id));
        var started = Stopwatch.GetTimestamp();

        var answer = await host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 2, 6);
        Assert.Equal("killed", answer.GetProperty("status").GetString());
        Assert.Equal($"VM \"{id}\" did not shut down in time", answer.GetProperty("hint").GetString());
        Assert.Equal("stopped", await host.StatusAsync(id));

        // Were this 0 here too, the tests above would prove nothing.
        Assert.Contains("code=exited ; status=1", await Systemctl.PropertyAsync(TestHost.UnitOf(id), "ExecStop"));
    }

    [Fact]
    public async Task Stops_of_many_vms_at_once_by_systemctl_leave_each_its_place_at_the_next_boot()
    {
        // What a host does that goes down. The daemon is told of each power-off, and may be late to ask whose it was.
        var ids = new List<string>();
        var pins = new List<UnitPin>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await CreatePoliteAsync());
            pins.Add(await UnitPin.HoldAsync(TestHost.UnitOf(ids[i])));
        }

        for (var round = 0; round < 3; round++)
        {
            (await Systemctl.RunAsync(["stop", .. ids.Select(TestHost.UnitOf)])).Succeeded();
            await LetTheDaemonHearAsync(itLives: true);

            Assert.All(ids, id => Assert.True(TestHost.IsEnabled(id), $"round {round}: {id}\n{_host.Log}"));
            (await Systemctl.RunAsync(["start", .. ids.Select(TestHost.UnitOf)])).Succeeded();
            await Wait.UntilAsync(
                "the guests are up", () => ids.All(id => _host.ConsoleOf(id).Split("POLITE UP").Length == round + 3));
        }

        foreach (var pin in pins)
        {
            await pin.DisposeAsync();
        }
    }

    private static Task WaitUntilDownAsync(string id) => Wait.UntilAsync(
        "the unit is down", async () => await Systemctl.PropertyAsync(TestHost.UnitOf(id), "ActiveState") == "inactive");

    private async Task<string> CreatePoliteAsync()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        return id;
    }

    /// <summary>By now a daemon that takes the stop for the guest's own power-off would have acted on it.</summary>
    private async Task LetTheDaemonHearAsync(bool itLives)
    {
        if (itLives)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
        else
        {
            await _host.StartDaemonAsync();
        }
    }
}

using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>What systemd does to all VMs at once when the host goes down.</summary>
public sealed class HostShutdownTests
{
    private const int Grace = 6;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guests_are_shut_down_side_by_side_within_one_grace_with_the_daemon_and_without(bool withDaemon)
    {
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_STOP_GRACE_SECONDS"] = $"{Grace}" }, "deaf", "polite");
        var deaf = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => CreateAsync(host, "deaf", "DEAF UP")));
        var polite = await CreateAsync(host, "polite", "POLITE UP");
        var units = deaf.Append(polite).Select(TestHost.UnitOf).ToArray();
        if (!withDaemon)
        {
            await host.KillDaemonAsync();
        }

        await using var pin = await UnitPin.HoldAsync(TestHost.UnitOf(polite));
        var started = Stopwatch.GetTimestamp();

        (await Systemctl.RunAsync(["stop", .. units])).Succeeded();

        // One after the other the deaf guests would take five graces.
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.SendDiagnosticMessage($"five deaf guests and a polite one were down after {seconds:0.0} s, with a grace of {Grace} s");
        Assert.InRange(seconds, Grace, Grace + 5);
        await pin.AssertShutDownByGuestAsync();
        foreach (var unit in units)
        {
            Assert.False(await Systemctl.IsActiveAsync(unit), unit);
        }

        // Those that ran return when the host boots.
        Assert.All(deaf.Append(polite), id => Assert.True(TestHost.IsEnabled(id)));
    }

    [Fact]
    public async Task By_default_a_unit_gives_its_guest_90_s_and_is_itself_done_before_user_managers_are_killed()
    {
        await using var host = await TestHost.StartAsync("polite");
        var id = await host.CreateAsync("polite", """, "no-start": true""");

        var text = File.ReadAllText($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}");

        // user@.service has 120 s (TimeoutStopSec=) for all of its units.
        Assert.Matches("ExecStop=-[^\n]*aetherscale-stop [^\n]* 90\n", text);
        Assert.Contains("\nTimeoutStopSec=105\n", text);
    }

    private static async Task<string> CreateAsync(TestHost host, string image, string console)
    {
        var id = await host.CreateAsync(image);
        await host.WaitForConsoleAsync(id, console);
        return id;
    }
}

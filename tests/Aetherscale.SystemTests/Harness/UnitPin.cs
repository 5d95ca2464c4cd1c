using System.Security.Cryptography;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// Keeps a unit in systemd's memory. It forgets units that are at rest and unreferenced, and with them how their last run
/// ended.
/// </summary>
internal sealed class UnitPin : IAsyncDisposable
{
    private readonly string _holder;
    private readonly string _unit;

    private UnitPin(string holder, string unit) => (_holder, _unit) = (holder, unit);

    public static async Task<UnitPin> HoldAsync(string unit)
    {
        var holder = $"aetherscale-test-pin-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.service";
        (await Tool.RunAsync(
            "/usr/bin/systemd-run",
            [.. TestEnvironment.Manager, "--quiet", "--collect", $"--unit={holder}", $"--property=After={unit}", "/bin/sleep", "600"],
            new Dictionary<string, string>()))
            .Succeeded();
        return new UnitPin(holder, unit);
    }

    /// <summary>Fails unless the unit is down, was never restarted, and its ExecStop saw the guest shut itself down.</summary>
    public async Task AssertShutDownByGuestAsync()
    {
        Assert.Equal("inactive", await Systemctl.PropertyAsync(_unit, "ActiveState"));
        Assert.Equal("success", await Systemctl.PropertyAsync(_unit, "Result"));
        Assert.Equal("0", await Systemctl.PropertyAsync(_unit, "NRestarts"));
        Assert.Equal("0", await Systemctl.PropertyAsync(_unit, "ExecMainStatus"));

        // QEMU also ends with 0 when systemd has to terminate it; only the helper's own end tells the one from the other.
        Assert.Contains("code=exited ; status=0", await Systemctl.PropertyAsync(_unit, "ExecStop"));
    }

    public async ValueTask DisposeAsync() => await Systemctl.RunAsync("stop", _holder);
}

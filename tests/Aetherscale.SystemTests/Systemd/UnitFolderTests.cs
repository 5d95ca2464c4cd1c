using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Systemd;

public sealed class UnitFolderTests : IAsyncDisposable
{
    private readonly TestUnits _units = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Systemd_sees_our_link_as_enabled_and_its_absence_as_disabled()
    {
        var folder = new UnitFolder(TestUnits.Folder, TestEnvironment.Scope);
        var unit = _units.Write("enabled", $"ExecStart=/bin/true\n[Install]\nWantedBy={TestEnvironment.Scope.BootTarget()}");

        folder.Enable(unit);
        var enabled = await IsEnabledAsync(unit);
        folder.Disable(unit);

        Assert.Equal(("enabled", "disabled"), (enabled, await IsEnabledAsync(unit)));
    }

    [Fact]
    public async Task What_was_written_starts_without_a_reload()
    {
        var folder = new UnitFolder(TestUnits.Folder, TestEnvironment.Scope);
        var unit = _units.Write("written", "");
        folder.Write(unit, new UnitText().Section("Service").Set("Type", "oneshot").Command("ExecStart", ["/bin/true"]).Build());

        Assert.Equal(JobResult.Done, await _units.Manager.StartUnitAsync(unit, Token));

        Assert.True(UnitChecksum.Matches(folder.Read(unit)!));
    }

    public ValueTask DisposeAsync() => _units.DisposeAsync();

    private static async Task<string> IsEnabledAsync(string unit) => (await Systemctl.RunAsync("is-enabled", unit)).Output.Trim();
}

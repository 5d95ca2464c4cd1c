using System.Diagnostics;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests;

namespace Aetherscale.SystemTests.Qemu;

/// <summary>The helper against a real QEMU and its guest.</summary>
public sealed class StopGuestTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_polite_guest_is_shut_down_and_QEMU_waited_for()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Polite, Cancellation);
        await qemu.SawAsync("up", Cancellation);

        Assert.Equal((0, ""), await HelperAsync(qemu.Configuration.StopSocket, "20", $"{qemu.ProcessId}"));
        Assert.Equal(0, await qemu.ExitCodeAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(1), Cancellation));
    }

    [Fact]
    public async Task A_guest_that_is_still_booting_hears_a_later_press()
    {
        // Asked while the firmware runs, when the power button is not enabled yet.
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Polite, Cancellation);

        Assert.Equal((0, ""), await HelperAsync(qemu.Configuration.StopSocket, "20"));
    }

    [Fact]
    public async Task A_deaf_guest_is_reported_when_the_grace_ends_and_QEMU_left_to_systemd()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Deaf, Cancellation);
        await qemu.SawAsync("up", Cancellation);

        var watch = Stopwatch.StartNew();
        Assert.Equal(
            (1, "the guest did not shut down within 1 s"),
            await HelperAsync(qemu.Configuration.StopSocket, "1"));

        Assert.InRange(watch.ElapsedMilliseconds, 1000, 2500);
        await using var qmp = await qemu.ConnectAsync(Cancellation);
    }

    [Fact]
    public async Task A_paused_guest_is_told_of_at_once()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Polite, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);
        await qmp.ExecuteAsync("stop", null, Cancellation);

        Assert.Equal(
            (1, "the guest is paused: it cannot shut down"),
            await HelperAsync(qemu.Configuration.StopSocket, "60"));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<(int Code, string Error)> HelperAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale-stop", arguments);
        return (result.ExitCode, result.Error.Trim());
    }
}

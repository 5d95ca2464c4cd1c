using Aetherscale.Files;
using Aetherscale.Systemd;
using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Systemd;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.SystemTests.Images;

/// <summary>qemu-img converts what anybody may have made, and in system mode PID 1 starts it.</summary>
public sealed class ConversionTests : IAsyncDisposable
{
    private readonly string _folder = $"{TestEnvironment.StateHome}/aetherscale-conversion-{Guid.NewGuid():N}";
    private readonly TestUnits _units = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_that_a_broken_qemu_img_puts_in_its_folder_is_followed_by_nobody()
    {
        var (work, precious) = ($"{_folder}/conversion", $"{_folder}/precious");
        Directory.CreateDirectory(work);
        await File.WriteAllTextAsync(precious, "precious", Token);
        (await Tool.RunAsync("/usr/bin/qemu-img", "create", "-q", "-f", "vmdk", $"{work}/source", "1M")).Succeeded();

        // As if the check had put it there: the conversion comes after that.
        File.CreateSymbolicLink($"{work}/words", precious);
        var user = TestEnvironment.IsSystem ? SystemAccounts.Find().Vms : null;
        string[] hidden = TestEnvironment.IsSystem ? [_folder] : [TestEnvironment.Home, TestEnvironment.RuntimeDirectory, _folder];
        var units = new UnitFolder(TestEnvironment.Scope.TransientUnits(TestEnvironment.RuntimeDirectory), TestEnvironment.Scope);
        await using var probe = new SandboxProbe(_units.Manager, units, _folder, hidden, user, TimeProvider.System, NullLogger<SandboxProbe>.Instance);
        var conversion = new ImageConversion(_units.Manager, units, probe, _folder, hidden, user);

        await conversion.ConvertVmdkAsync($"{work}/source", $"{work}/image", Token);

        Assert.Equal("precious", await File.ReadAllTextAsync(precious, Token));
        Assert.Equal(Libc.GetEffectiveUserId(), FileStatus.Of($"{work}/image")?.UserId);
    }

    public async ValueTask DisposeAsync()
    {
        await _units.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>A real guest that boots by UEFI, beside all those that boot by BIOS from the same image.</summary>
[Collection(nameof(LinuxGuests))]
public sealed class UefiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("tiny");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task It_boots_keeps_variables_of_its_own_shuts_down_and_boots_again()
    {
        var vm = (await _host.CliAsync("create-vm", "--image", "tiny", "--name", "modern", "--firmware", "uefi", "--memory", "256M", "--quiet")).Succeeded().Output.Trim();
        await _host.WaitForConsoleAsync(vm, "tiny guest ready", 120);
        Assert.Equal(new ToolResult(0, "by UEFI\n", ""), await _host.CliAsync("exec", "modern", "--", "sh", "-c", "[ -d /sys/firmware/efi ] && echo by UEFI"));

        // The firmware has noted there what it can boot from.
        var variables = $"{_host.Data}/vms/{vm}/uefi-vars.fd";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(variables));
        Assert.NotEqual(await BytesOfAsync("/usr/share/OVMF/OVMF_VARS_4M.fd"), await BytesOfAsync(variables));

        Assert.Equal("uefi", (await _host.RunAsync("show-vm", """{"vm-id": "modern"}""")).GetProperty("firmware").GetString());
        Assert.Contains("\nfirmware: uefi\n", (await _host.CliAsync("show-vm", "modern", "--output", "yaml")).Succeeded().Output);

        await using (var unit = await UnitPin.HoldAsync(TestHost.UnitOf(vm)))
        {
            (await _host.CliAsync("stop-vm", "modern")).Succeeded();
            await unit.AssertShutDownByGuestAsync();
        }

        var booted = _host.ConsoleOf(vm).Length;
        await _host.RunAsync("start-vm", """{"vm-id": "modern"}""");
        await Wait.UntilAsync("it is up again", () => _host.ConsoleOf(vm)[booted..].Contains("tiny guest ready"), 120);
    }

    [Fact]
    public async Task Without_its_variables_it_is_not_started_and_says_how_to_begin_anew()
    {
        var vm = (await _host.CliAsync("create-vm", "--image", "tiny", "--firmware", "uefi", "--no-start", "--quiet")).Succeeded().Output.Trim();
        File.Delete($"{_host.Data}/vms/{vm}/uefi-vars.fd");

        var (code, reason) = await _host.RefusedAsync($$$"""{"command": "start-vm", "options": {"vm-id": "{{{vm}}}"}}""");

        Assert.Equal("disk-missing", code);
        Assert.EndsWith("A copy of /usr/share/OVMF/OVMF_VARS_4M.fd begins anew.", reason);
    }

    private static Task<byte[]> BytesOfAsync(string file) => File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
}

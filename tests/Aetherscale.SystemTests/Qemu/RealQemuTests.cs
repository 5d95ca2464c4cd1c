using System.Diagnostics;
using Aetherscale.Qemu;
using Aetherscale.Tests;

namespace Aetherscale.SystemTests.Qemu;

public sealed class RealQemuTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_command_starts_and_the_machine_is_what_it_says()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.None, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);

        Assert.Equal("running", await qmp.QueryStatusAsync(Cancellation));
        Assert.Equal("vm-abcdefgh", (await File.ReadAllTextAsync($"/proc/{qemu.ProcessId}/comm", Cancellation)).Trim());
        Assert.Equal("qemu-vm-abcdefgh", await AskAsync(qmp, "query-name", "name"));
        Assert.Equal("6ba7b810-9dad-41d1-80b4-00c04fd430c8", await AskAsync(qmp, "query-uuid", "UUID"));
        var disk = (await qmp.ExecuteAsync("query-named-block-nodes", null, Cancellation)).EnumerateArray()
            .Single(node => node.GetProperty("node-name").GetString() == "disk");
        Assert.Equal(qemu.Configuration.DiskPath, disk.GetProperty("file").GetString());
        var backing = disk.GetProperty("image").GetProperty("backing-image");
        Assert.Equal("qcow2", backing.GetProperty("format").GetString());
        Assert.Equal(qemu.Configuration.BasePath, backing.GetProperty("filename").GetString());
        Assert.All(
            [qemu.Configuration.StopSocket, qemu.Configuration.AgentSocket, qemu.Configuration.ConsoleSocket],
            path => Assert.True(File.Exists(path), path));
    }

    [Fact]
    public async Task A_guest_that_powers_off_ends_QEMU_with_0_and_tells_why()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Polite, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);
        await qemu.SawAsync("up", Cancellation);

        await qmp.ExecuteAsync("system_powerdown", null, Cancellation);

        var events = new List<QmpEvent>();
        await foreach (var told in qmp.Events.ReadAllAsync(Cancellation))
        {
            events.Add(told);
        }

        Assert.Equal("guest-shutdown", events.Single(e => e.Name == "SHUTDOWN").Data.GetProperty("reason").GetString());
        Assert.Equal(0, await qemu.ExitCodeAsync(Cancellation));
        await qmp.Closed;
    }

    [Fact]
    public async Task A_guest_that_reboots_keeps_its_process()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.Rebooting, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);

        await qemu.SawAsync("up", Cancellation);
        Assert.Equal("RESET", (await qmp.Events.ReadAsync(Cancellation)).Name);
        Assert.Equal("running", await qmp.QueryStatusAsync(Cancellation));
    }

    [Fact]
    public async Task A_guest_that_panics_ends_QEMU_as_a_crash()
    {
        // A boot sector cannot drive the PCI device; the ISA one tells QEMU the same and is one port.
        await using var qemu = await RealQemu.StartAsync(
            _folder, Panicking, Cancellation, "-device", """{"driver":"pvpanic","ioport":1285}""");

        Assert.Equal(1, await qemu.ExitCodeAsync(Cancellation));
    }

    [Fact]
    public async Task What_QEMU_refuses_has_its_words_and_class_and_the_connection_goes_on()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.None, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);

        var error = await Assert.ThrowsAsync<QmpException>(() => qmp.ExecuteAsync("no-such", null, Cancellation));

        Assert.Equal("CommandNotFound", error.ErrorClass);
        Assert.Equal("The command no-such has not been found", error.Message);
        Assert.Equal("running", await qmp.QueryStatusAsync(Cancellation));
    }

    [Fact]
    public async Task A_second_client_of_the_same_socket_waits_in_vain_and_the_stop_socket_is_free()
    {
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.None, Cancellation);
        await using var first = await qemu.ConnectAsync(Cancellation);

        await Assert.ThrowsAsync<TimeoutException>(() => Connect(qemu.Configuration.QmpSocket, 200));
        await using var stop = await Connect(qemu.Configuration.StopSocket, 10_000);
        Assert.Equal("running", await stop.QueryStatusAsync(Cancellation));
    }

    [Fact]
    public async Task The_card_is_replugged_into_a_switch_that_was_restarted()
    {
        var control = Directory.CreateTempSubdirectory("ae switch, ").FullName;
        using var first = StartSwitch(control);
        await Until(() => File.Exists(control + "/ctl"));
        await using var qemu = await RealQemu.StartAsync(_folder, BootSectors.None, Cancellation);
        await using var qmp = await qemu.ConnectAsync(Cancellation);
        first.Kill();
        await first.WaitForExitAsync(Cancellation);
        Directory.Delete(control, recursive: true);
        using var second = StartSwitch(control);
        await Until(() => File.Exists(control + "/ctl"));

        await qmp.ReplugNetworkAsync(control, isShared: false, Cancellation);
        await qmp.ReplugNetworkAsync(control, isShared: false, Cancellation);

        await second.StandardInput.WriteLineAsync("port/print");
        var ports = "";
        while (!ports.Contains("endpoint ID", StringComparison.Ordinal))
        {
            ports += await second.StandardOutput.ReadLineAsync(Cancellation);
        }

        Assert.Contains($"pid={qemu.ProcessId}", ports, StringComparison.Ordinal);
        second.Kill();
        await second.WaitForExitAsync(Cancellation);
        Directory.Delete(control, recursive: true);
    }

    public void Dispose() => _folder.Dispose();

    // mov dx,505h; mov al,1; out dx,al; hlt
    private static ReadOnlyMemory<byte> Panicking { get; } =
        (byte[])[0xfa, 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xf4, .. new byte[502], 0x55, 0xaa];

    private static Process StartSwitch(string control) =>
        Process.Start(new ProcessStartInfo("vde_switch", ["-s", control])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private static Task<QmpClient> Connect(string socket, int milliseconds) => QmpClient.ConnectAsync(
        socket, TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System,
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Cancellation);

    private static async Task<string?> AskAsync(QmpClient qmp, string command, string member) =>
        (await qmp.ExecuteAsync(command, null, Cancellation)).GetProperty(member).GetString();

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Cancellation);
        }
    }
}

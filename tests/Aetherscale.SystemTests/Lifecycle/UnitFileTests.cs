using System.Security.Cryptography;
using System.Text;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>A VM is one readable systemd unit that needs nothing of ours.</summary>
public sealed class UnitFileTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_unit_says_who_wrote_it_and_holds_the_whole_command_one_option_a_line()
    {
        var id = await _host.CreateAsync("polite");

        var lines = await File.ReadAllLinesAsync(UnitFileOf(id), TestContext.Current.CancellationToken);

        Assert.StartsWith($"# Written by aetherscale from {_host.Data}/vms/{id}/vm.json", lines[0]);
        Assert.Contains($"Description=aetherscale VM {id}", lines);
        Assert.Contains($"WantedBy={TestEnvironment.Scope.BootTarget()}", lines);
        var command = CommandIn(lines);
        Assert.Equal("/usr/bin/qemu-system-x86_64", command[0]);
        Assert.All(command.Skip(1), option => Assert.StartsWith("-", option));
        Assert.Equal(await ArgumentsOfAsync(id), command.SelectMany(option => option.Split(' ', 2)).Select(Unquote));
    }

    [Fact]
    public async Task Its_last_line_is_the_checksum_of_all_before_it()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        var text = await File.ReadAllTextAsync(UnitFileOf(id), TestContext.Current.CancellationToken);

        var start = text.LastIndexOf("# sha256: ", StringComparison.Ordinal);
        Assert.Equal($"# sha256: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text[..start])))}\n", text[start..]);
    }

    [Fact]
    public async Task Systemd_finds_no_fault_in_it()
    {
        var id = await _host.CreateAsync("polite");

        var verified = await Tool.RunAsync(
            "/usr/bin/systemd-analyze", [.. TestEnvironment.Manager, "--recursive-errors=no", "verify", UnitFileOf(id)], new Dictionary<string, string>());

        Assert.Equal((0, ""), (verified.ExitCode, verified.Error));
    }

    [Fact]
    public async Task The_vm_boots_and_stops_with_the_daemon_and_all_programs_gone()
    {
        // A stop helper of its own, to be removed as if the package were.
        var helper = Directory.CreateTempSubdirectory("aetherscale-test-").FullName + "/aetherscale-stop";
        File.Copy($"{TestEnvironment.Programs}/aetherscale-stop", helper);
        await using var host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_STOP_HELPER"] = helper }, "polite");
        var id = await host.CreateAsync("polite", """, "no-start": true""");
        var unit = TestHost.UnitOf(id);
        Assert.DoesNotContain(TestEnvironment.Programs, await File.ReadAllTextAsync(UnitFileOf(id), TestContext.Current.CancellationToken));
        await host.KillDaemonAsync();
        Directory.Delete(Path.GetDirectoryName(helper)!, recursive: true);

        (await Systemctl.RunAsync("start", unit)).Succeeded();
        await host.WaitForConsoleAsync(id, "POLITE UP");
        await using var pin = await UnitPin.HoldAsync(unit);
        (await Systemctl.RunAsync("stop", unit)).Succeeded();

        Assert.Equal("inactive", await Systemctl.PropertyAsync(unit, "ActiveState"));
        Assert.Equal("success", await Systemctl.PropertyAsync(unit, "Result"));
    }

    private static List<string> CommandIn(string[] lines)
    {
        const string Key = "ExecStart=";
        var first = Array.FindIndex(lines, line => line.StartsWith(Key, StringComparison.Ordinal));
        var last = Array.FindIndex(lines, first, line => !line.EndsWith('\\'));
        return [.. lines[first..(last + 1)].Select(line => line.Replace(Key, "").TrimEnd('\\').Trim())];
    }

    /// <summary>Enough of systemd's quoting for a command without odd characters.</summary>
    private static string Unquote(string word) => word.Trim('"').Replace("\\\"", "\"");

    private static string UnitFileOf(string id) => $"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}";

    private static async Task<string[]> ArgumentsOfAsync(string id)
    {
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        return (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).TrimEnd('\0').Split('\0');
    }
}

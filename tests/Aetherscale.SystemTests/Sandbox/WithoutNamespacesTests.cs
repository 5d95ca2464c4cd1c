using System.Globalization;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Sandbox;

/// <summary>A host that has no user namespaces for us: VMs start with what is left, and it is said what that is.</summary>
/// <remarks>PID 1 may always make them.</remarks>
[Trait("mode", "user")]
public sealed class WithoutNamespacesTests : IAsyncLifetime
{
    private SecondManager _manager = null!;
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _manager = await ManagerWithoutNamespaces.StartAsync();
        _host = await TestHost.StartAsync(_manager.Variables, "polite");
    }

    public async ValueTask DisposeAsync()
    {
        await _manager.SystemctlAsync("stop", "aetherscale-vm-*");
        await _host.DisposeAsync();
        await _manager.DisposeAsync();
    }

    [Fact]
    public async Task A_VM_starts_with_the_filters_and_stops_gracefully()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");

        var pid = int.Parse(
            (await _manager.SystemctlAsync("show", "--value", "--property", "MainPID", TestHost.UnitOf(id))).Succeeded().Output,
            CultureInfo.InvariantCulture);
        var status = await File.ReadAllLinesAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Equal("stopped", (await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Show_vm_and_doctor_say_what_is_missing()
    {
        var id = await _host.CreateAsync("polite");

        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");
        var finding = (await _host.RunAsync("doctor")).GetProperty("findings").EnumerateArray()
            .Single(finding => finding.GetProperty("check").GetString() == "sandbox");

        // The user namespace is the manager's: the daemon stands outside.
        Assert.Equal(["user-namespace", "no-new-privileges", "system-call-filter"], Texts(vm.GetProperty("sandbox")));
        Assert.Contains("home-hidden", Texts(vm.GetProperty("sandbox-missing")));
        Assert.Equal("fail", finding.GetProperty("status").GetString());
        Assert.Contains("home-hidden", finding.GetProperty("found").GetString());
        Assert.Contains("217/USER", finding.GetProperty("found").GetString());
    }

    private static IEnumerable<string?> Texts(JsonElement list) => list.EnumerateArray().Select(text => text.GetString());
}

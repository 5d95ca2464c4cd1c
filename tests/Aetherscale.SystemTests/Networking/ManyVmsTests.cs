using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

[Collection(LinuxGuests.Name)]
public sealed class ManyVmsTests
{
    private const int Batches = 5;
    private const int BatchSize = 8;

    [Fact]
    public async Task After_forty_vms_came_and_went_the_network_is_as_good_as_new()
    {
        await using var host = await TestHost.StartAsync("tiny", "polite");
        var addresses = new List<string>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, BatchSize).Select(_ => host.CreateAsync("polite")));
            var vms = (await host.RunAsync("list-vms")).EnumerateArray().ToArray();
            Assert.Equal(ids.Order(), vms.Select(vm => vm.GetProperty("vm-id").GetString()!).Order());
            addresses.AddRange(vms.Select(vm => vm.GetProperty("address").GetString()!));
            await Task.WhenAll(ids.Select(id => host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""")));
        }

        var last = await host.CreateAsync("tiny");

        Assert.Equal(Batches * BatchSize, addresses.Distinct().Count());
        await host.WaitForConsoleAsync(last, "aetherscale tiny guest ready");
        Assert.Equal(0, (await Ssh.RunAsync(host, last, "true")).ExitCode);
        Assert.Equal([last], Directory.GetFiles($"{host.Data}/networks/{host.Network}/names").Select(Path.GetFileName));
        Assert.InRange(await SwitchCpuTicksInASecondAsync(host), 0, 30);
    }

    /// <summary>Of 100 that it could use: a switch that has lost its way spins.</summary>
    private static async Task<long> SwitchCpuTicksInASecondAsync(TestHost host)
    {
        var pid = await Systemctl.MainPidAsync($"aetherscale-net-{host.Network}.service");
        var before = CpuTicks(pid);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        return CpuTicks(pid) - before;
    }

    /// <summary>User and system time (proc(5), fields 14 and 15 of stat).</summary>
    private static long CpuTicks(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture)
            + long.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture);
    }
}

namespace Aetherscale.SystemTests.Faults;

/// <summary>Something stands already where a new VM would be.</summary>
public sealed class TakenPlaceTests
{
    private const int Exists = 17;

    [Fact]
    public async Task A38_A_place_that_is_taken_gets_the_vm_another_id_and_nothing_is_overwritten()
    {
        await using var faults = await FaultHost.StartAsync();
        faults.Tracer.Arm(1, Exists, "mkdir /");

        var vm = await faults.SucceedAsync(FaultHost.Create("r-1", noStart: true));

        var report = faults.Tracer.Report;
        var taken = report.Single(line => line.EndsWith('!'));
        Assert.DoesNotContain(vm, taken);
        Assert.Contains(report, line => line.Contains($"mkdir {faults.Host.Data}/vms/.unfinished-{vm}", StringComparison.Ordinal));

        // In its own folder, too, nothing is opened that stands there already.
        foreach (var file in new[] { "disk.qcow2", "vm.json" })
        {
            Assert.Contains(report, line => line.Contains($"{vm}/{file} exclusive", StringComparison.Ordinal));
        }
    }
}

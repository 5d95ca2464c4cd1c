using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>A thousand VMs: the list is right, and making one more costs what the first one cost.</summary>
public sealed partial class ManyVmsTests(ITestOutputHelper output)
{
    private const int Count = 1000;

    // What a create may ask systemd: of one unit. These are answered in a time that grows with the number of units.
    private static readonly string[] s_costly = ["ListUnit", "Reload", "EnableUnitFiles", "GetUnitFileState", "Subscribe"];

    [Fact]
    public async Task The_thousandth_create_costs_what_the_first_did_and_all_are_listed()
    {
        await using var host = await TestHost.StartAsync("polite");
        var times = new List<double>(Count);
        var ids = new List<string>(Count);
        for (var i = 0; i < Count - 1; i++)
        {
            var started = Stopwatch.GetTimestamp();
            ids.Add(await CreateAsync(host, i));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var calls = await TraceAsync(host, async () => ids.Add(await CreateAsync(host, Count - 1)));

        var list = await host.RunAsync("list-vms");
        Assert.Equal(
            ids.Select((id, i) => $"{id} vm-{i} stopped").Order(StringComparer.Ordinal),
            list.EnumerateArray().Select(vm => $"{Text(vm, "vm-id")} {Text(vm, "name")} {Text(vm, "status")}"));
        Assert.Equal(Count, list.EnumerateArray().Select(vm => Text(vm, "address")).Distinct().Count());
        AssertConstantWork(host, calls);

        // The first creates also make the network and warm everything up. Of each hundred the fast ones count: the others
        // tell of the disk and of what else the machine does.
        var (early, late) = (Fast(times[50..150]), Fast(times[^100..]));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"create-vm: {early:F1} ms at 100 VMs, {late:F1} ms at {Count}"));
        Assert.True(late < 3 * early, string.Create(CultureInfo.InvariantCulture, $"{early} ms at 100 VMs, {late} ms at {Count}"));

        await TakeStockAsync(host);
    }

    /// <summary>A daemon that starts looks at every VM before it answers. The bound tells a change of order, and nothing finer.</summary>
    private async Task TakeStockAsync(TestHost host)
    {
        await host.KillDaemonAsync();
        var before = host.Log.Length;
        await host.StartDaemonAsync();

        var stock = StockPattern().Match(host.Log[before..]);
        output.WriteLine($"a daemon with {stock.Groups["vms"]} VMs took stock in {stock.Groups["ms"]} ms");
        Assert.Equal($"{Count}", stock.Groups["vms"].Value);
        Assert.InRange(int.Parse(stock.Groups["ms"].Value, CultureInfo.InvariantCulture), 0, 2000);
    }

    [GeneratedRegex(@"(?<vms>\d+) VMs, \d+ of them running; took stock in (?<ms>\d+) ms")]
    private static partial Regex StockPattern();

    private static void AssertConstantWork(TestHost host, IReadOnlyList<string> calls)
    {
        // It must have seen the create at all, or finding nothing would prove nothing.
        Assert.Contains(calls, call => call.Contains("openat(") && call.Contains($"{host.Data}/vms/.unfinished-"));
        Assert.Contains(calls, call => call.Contains("fsync("));
        foreach (var folder in new[] { $"{host.Data}/vms", TestEnvironment.UnitFolder, TestEnvironment.WantsFolder })
        {
            Assert.DoesNotContain(calls, call => call.Contains("getdents64(") && call.Contains($"<{folder}>"));
        }

        Assert.DoesNotContain(calls, call => s_costly.Any(member => call.Contains($"{member}", StringComparison.Ordinal)));
        Assert.InRange(calls.Count, 10, 200);
    }

    /// <summary>The daemon's calls that open, read folders, sync and talk to systemd, meanwhile.</summary>
    private static async Task<IReadOnlyList<string>> TraceAsync(TestHost host, Func<Task> work)
    {
        using var folder = new TemporaryFolder();
        var output = folder.Path + "/trace";
        var start = new ProcessStartInfo(
            "/usr/bin/strace",
            ["-f", "-y", "-s", "4096", "-e", "trace=openat,getdents64,fsync,sendmsg,execve", "-o", output, "-p", $"{host.DaemonPid}"])
        {
            RedirectStandardError = true,
        };
        using var strace = Process.Start(start)!;
        Assert.Contains("attached", await strace.StandardError.ReadLineAsync(TestContext.Current.CancellationToken));
        await work();
        (await Tool.RunAsync("/bin/kill", "-INT", $"{strace.Id}")).Succeeded();
        await strace.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken);
    }

    private static Task<string> CreateAsync(TestHost host, int number) =>
        host.CreateAsync("polite", $$""", "name": "vm-{{number}}", "no-start": true""");

    private static double Fast(List<double> times) => times.Order().ElementAt(times.Count / 10);

    private static string? Text(System.Text.Json.JsonElement vm, string member) => vm.GetProperty(member).GetString();
}

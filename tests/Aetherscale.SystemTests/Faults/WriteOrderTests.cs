using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>A power cut leaves what was synced: each file before it gets its name, each name before the reply.</summary>
public sealed class WriteOrderTests
{
    [Fact]
    public async Task B05_Create_writes_then_syncs_then_renames_then_syncs_the_folder_then_answers()
    {
        await using var host = await TestHost.StartAsync("polite");
        await host.RunAsync("delete-vm", $$"""{"vm-id": "{{await host.CreateAsync("polite")}}"}""");
        var vm = "";
        var order = new WriteOrder(await TraceAsync(host, async () =>
        {
            var reply = await host.SendAsync("""{"command": "create-vm", "request-id": "r-1", "options": {"image": "polite", "hostname": "web"}}""");
            vm = reply.GetProperty("response").GetProperty("vm-id").GetString()!;
        }));

        // What follows from other files, is the guest's, or is only told of the past, is worth no sync.
        string[] unsynced = ["/networks/", "/console.log", "/history.jsonl"];
        var written = order.Written.Where(path => IsOurs(host, path) && !unsynced.Any(part => path.Contains(part, StringComparison.Ordinal))).ToList();
        Assert.Contains($"{host.Data}/vms/.unfinished-{vm}/disk.qcow2", written);
        Assert.Contains($"{host.Data}/vms/.unfinished-{vm}/seed.iso", written);
        Assert.Contains($"{host.Data}/vms/.unfinished-{vm}/credentials/system.hostname", written);
        Assert.Contains($"{host.Data}/vms/.unfinished-{vm}/vm.json", written);
        Assert.Contains(written, path => path.StartsWith($"{host.Data}/requests/", StringComparison.Ordinal));
        Assert.Contains(written, path => path.StartsWith($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(vm)}", StringComparison.Ordinal));
        Assert.All(written, path => Assert.True(order.IsSynced(path, order.LastWrite(path), order.Placed(path)), $"{path} is not synced before it gets its place"));

        var renamed = order.Renamed.Where(move => IsOurs(host, move.To) && !move.To.Contains("/networks/", StringComparison.Ordinal)).ToList();
        Assert.Contains(renamed, move => move.To == $"{host.Data}/vms/{vm}");
        Assert.Contains(renamed, move => move.To.StartsWith($"{TestEnvironment.WantsFolder}/", StringComparison.Ordinal));
        Assert.All(renamed, move => Assert.True(
            order.IsSynced(Path.GetDirectoryName(move.To)!, order.Renaming(move.To), order.Reply), $"the folder of {move.To} is not synced before the reply"));

        // The folder's own entries, before the folder gets its name; and what is remembered of the request before anything has.
        var committed = order.Placed($"{host.Data}/vms/.unfinished-{vm}/vm.json");
        Assert.True(order.IsSynced($"{host.Data}/vms/.unfinished-{vm}", order.LastWrite($"{host.Data}/vms/.unfinished-{vm}/disk.qcow2"), committed));
        Assert.True(order.Renaming(renamed.Single(move => move.To.EndsWith(".begun", StringComparison.Ordinal)).To) < committed);
    }

    private static bool IsOurs(TestHost host, string path) =>
        path.StartsWith(host.Data + "/", StringComparison.Ordinal) || path.StartsWith(TestEnvironment.UnitFolder + "/", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> TraceAsync(TestHost host, Func<Task> work)
    {
        using var folder = new TemporaryFolder();
        var output = folder.Path + "/trace";
        var start = new ProcessStartInfo(
            "/usr/bin/strace",
            ["-f", "-yy", "-s", "256", "-e", "trace=write,pwrite64,ftruncate,fsync,rename,sendmsg,sendto", "-o", output, "-p", $"{host.DaemonPid}"])
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
}

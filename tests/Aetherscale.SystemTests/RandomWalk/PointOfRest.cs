using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>
/// Compares all that can be seen of the VMs while nothing is under way: answers, files, units and processes, with the model
/// and with each other.
/// </summary>
internal sealed class PointOfRest(TestHost host, IReadOnlyList<VmModel> vms)
{
    private static readonly string[] s_files = ["console.log", "disk.qcow2", "vm.json"];

    /// <summary>What happened to a VM is written after the fact, and tells nothing of what it is.</summary>
    private static readonly string[] s_past = ["history.jsonl", "history.jsonl.1", "crashes"];

    /// <summary>Waits until what systemd still has to do is done and everything agrees.</summary>
    public async Task CheckAsync()
    {
        IReadOnlyList<string> complaints = [];
        try
        {
            await Wait.UntilAsync(
                "everything agrees with the model", async () => (complaints = await ComplaintsAsync()).Count == 0, seconds: 40);
        }
        catch (Xunit.Sdk.FailException)
        {
            var concerned = vms.Where(vm => complaints.Any(complaint => vm.Matches(complaint))).Select(vm => vm.History());
            Assert.Fail($"At rest:\n{string.Join('\n', complaints)}\n{string.Join('\n', concerned)}");
        }
    }

    private async Task<IReadOnlyList<string>> ComplaintsAsync()
    {
        var rows = (await host.RunAsync("list-vms")).EnumerateArray().ToDictionary(row => row.GetProperty("vm-id").GetString()!);
        if (rows.Values.Any(row => StatusOf(row) is "creating" or "starting" or "stopping"))
        {
            return [.. rows.Select(row => $"{row.Key} is {StatusOf(row.Value)}")];
        }

        var complaints = new List<string>();
        await CompareAnswersAsync(rows, complaints);
        var up = rows.Where(row => StatusOf(row.Value) is "running" or "paused").Select(row => row.Key).ToHashSet();
        CompareFiles(rows, up, complaints);
        await CompareUnitsAsync(rows, up, complaints);
        await CompareProcessesAsync(up, complaints);
        if (complaints.Count == 0)
        {
            Settle(rows);
        }

        return complaints;
    }

    private static string StatusOf(JsonElement row) => row.GetProperty("status").GetString()!;

    private static bool Autostarts(JsonElement row) => row.GetProperty("autostart").GetBoolean();

    private async Task CompareAnswersAsync(Dictionary<string, JsonElement> rows, List<string> complaints)
    {
        var names = rows.ToDictionary(row => row.Value.GetProperty("name").GetString()!, row => row.Value);
        complaints.AddRange(names.Keys.Except(vms.Select(vm => vm.Name)).Select(name => $"{name} is listed, but nobody made it"));
        Same("addresses", rows.Values.Select(row => row.GetProperty("address").GetString()!).ToHashSet().Count, rows.Count, complaints);
        foreach (var vm in vms)
        {
            var shown = await host.SendAsync($$"""{"command": "show-vm", "options": { "vm-id": "{{vm.Name}}" } }""");
            var listed = "absent";
            if (names.TryGetValue(vm.Name, out var row))
            {
                // The answer that would have told was cut off, perhaps.
                vm.Knows(row.GetProperty("vm-id").GetString()!);
                listed = Call(row);
            }

            var told = shown.TryGetProperty("response", out var details) ? Call(details) : "absent";
            var legal = vm.Rest();
            Same($"{vm.Name}: list-vms and show-vm", listed, told, complaints);
            if (!legal.Any(condition => Call(condition) == listed))
            {
                complaints.Add($"{vm.Name} is {listed}, but may only be: {string.Join(" or ", legal.Select(Call))}");
            }
        }
    }

    private void Settle(Dictionary<string, JsonElement> rows)
    {
        foreach (var vm in vms)
        {
            var row = rows.FirstOrDefault(row => row.Value.GetProperty("name").GetString() == vm.Name);
            vm.Settle(vm.Rest().First(condition => Call(condition) == (row.Key is null ? "absent" : Call(row.Value))));
        }
    }

    private static string Call(JsonElement row) => $"{StatusOf(row)}{(Autostarts(row) ? ", autostart" : "")}";

    private static string Call(VmCondition condition) => condition.Power switch
    {
        Power.Absent => "absent",
        var power => power switch
        {
            Power.Up => "running",
            Power.Paused => "paused",
            Power.Crashed => "crashed",
            _ => "stopped",
        } + (condition.Enabled ? ", autostart" : ""),
    };

    private void CompareFiles(Dictionary<string, JsonElement> rows, HashSet<string> up, List<string> complaints)
    {
        Same("the VMs' folders", Names(Directory.GetFileSystemEntries($"{host.Data}/vms")), Names(rows.Keys), complaints);
        foreach (var id in rows.Keys.Where(id => Directory.Exists($"{host.Data}/vms/{id}")))
        {
            var files = Directory.GetFileSystemEntries($"{host.Data}/vms/{id}").Select(path => Path.GetFileName(path)!);
            Same($"{id}: its files", Names(files.Except(s_past)), Names(s_files), complaints);
        }

        complaints.AddRange(Directory.GetFiles(host.Data, "*.tmp", SearchOption.AllDirectories).Select(file => $"{file} is left over"));
        Same("the unit files", Names(VmUnitsIn(TestEnvironment.UnitFolder)), Names(rows.Keys.Select(TestHost.UnitOf)), complaints);
        Same(
            "the enable links",
            Names(VmUnitsIn(TestEnvironment.WantsFolder)),
            Names(rows.Where(row => Autostarts(row.Value)).Select(row => TestHost.UnitOf(row.Key))),
            complaints);
        var runtime = $"{TestEnvironment.RuntimeDirectory}/aetherscale/vms";
        Same("the runtime folders", Names(Directory.GetDirectories(runtime).Where(folder => IsOurs(Path.GetFileName(folder)))), Names(up), complaints);
    }

    private async Task CompareUnitsAsync(Dictionary<string, JsonElement> rows, HashSet<string> up, List<string> complaints)
    {
        var listed = (await Systemctl.RunAsync("list-units", "--all", "--plain", "--no-legend", "aetherscale-vm-*")).Succeeded().Output;
        var units = listed.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3 && (IsOurs(IdIn(words[0])) || rows.ContainsKey(IdIn(words[0]))))
            .Select(words => $"{IdIn(words[0])} {words[1]} {words[2]} {words[3]}");

        // One at rest may be in systemd's memory still.
        var running = units.Where(unit => !(unit.EndsWith(" loaded inactive dead", StringComparison.Ordinal) && rows.ContainsKey(unit[..8])));
        var failed = rows.Where(row => StatusOf(row.Value) == "crashed").Select(row => $"{row.Key} loaded failed failed");
        Same("the units", Names(running), Names(up.Select(id => $"{id} loaded active running").Concat(failed)), complaints);
    }

    private async Task CompareProcessesAsync(HashSet<string> up, List<string> complaints)
    {
        var processes = QemuProcess.Of(host).Select(qemu => $"{qemu.VmId} True {qemu.Pid}");
        var pids = await Task.WhenAll(up.Select(async id => $"{id} {(await host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""")).TryGetProperty("pid", out var pid)} {pid}"));
        Same("the QEMUs", Names(processes), Names(pids), complaints);
    }

    /// <summary>The files of this daemon's VMs, what a cut-off write left of them included.</summary>
    private IEnumerable<string> VmUnitsIn(string folder) => !Directory.Exists(folder) ? [] :
        Directory.GetFiles(folder, "aetherscale-vm-*").Where(path => IsOurs(IdIn(path)) || CarriesOurMark(path));

    private bool CarriesOurMark(string path)
    {
        try
        {
            return File.ReadAllText(path).Contains($"X-Aetherscale-State={host.Data}\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool IsOurs(string id) => vms.Any(vm => vm.Has(id));

    private static string IdIn(string unit) => Path.GetFileName(unit)["aetherscale-vm-".Length..].Split('.')[0];

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private static void Same<T>(string what, T found, T expected, List<string> complaints)
    {
        if (!Equals(found, expected))
        {
            complaints.Add($"{what}: found {found}; expected {expected}");
        }
    }
}

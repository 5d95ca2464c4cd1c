using System.Text.Json;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>The session that the project grew from, each line typed into a shell as it stands there.</summary>
public sealed partial class SeedSessionTests : IAsyncLifetime
{
    /// <summary>The machine's VMs are in the machine's own systemd.</summary>
    private static readonly string s_status = $"""systemctl {(TestEnvironment.IsSystem ? "" : "--user ")}status "aetherscale-vm-*" | grep -B 2 Active""";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = TestHost.Prepare(new Dictionary<string, string>());
        _host.DropImage("polite", "ubuntu_base");
        await _host.StartDaemonAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_session_works_as_it_was_written()
    {
        var first = AssertAction("starting", await TypeAsync("aetherscale-cli create-vm --image ubuntu_base"));
        AssertList(await TypeAsync("aetherscale-cli list-vms"), (first, "running"));
        var second = AssertAction("starting", await TypeAsync("aetherscale-cli create-vm --image ubuntu_base"));
        Assert.NotEqual(first, second);
        var status = await TypeAsync(s_status);
        AssertActive(status, first);
        AssertActive(status, second);

        // One difference is meant: a guest that was shut down in good order is not said to be killed.
        await WaitForGuestsAsync(first, second);
        AssertAction("stopped", await TypeAsync($"aetherscale-cli stop-vm --vm-id {second}"), second);
        AssertList(await TypeAsync("aetherscale-cli list-vms"), (first, "running"), (second, "stopped"));
        AssertAction("starting", await TypeAsync($"aetherscale-cli start-vm --vm-id {second}"), second);
        AssertAction("stopped", await TypeAsync($"aetherscale-cli stop-vm --vm-id {first}"), first);
        AssertAction("deleted", await TypeAsync($"aetherscale-cli delete-vm --vm-id {first}"), first);
        AssertAction("deleted", await TypeAsync($"aetherscale-cli delete-vm --vm-id {second}"), second);
        AssertList(await TypeAsync("aetherscale-cli list-vms"));
    }

    [Fact]
    public async Task The_session_gives_lists_of_envelopes_where_json_is_asked_for()
    {
        var first = AssertEnvelope("starting", await TypeAsync("aetherscale-cli create-vm --image ubuntu_base --output json"));
        var second = AssertEnvelope("starting", await TypeAsync("aetherscale-cli create-vm --image ubuntu_base --output json"));
        await WaitForGuestsAsync(first, second);
        AssertEnvelope("stopped", await TypeAsync($"aetherscale-cli stop-vm --vm-id {second} --output json"), second);
        var list = Envelope(await TypeAsync("aetherscale-cli list-vms --output json")).EnumerateArray();
        Assert.Equal(
            new[] { $"{first} running", $"{second} stopped" }.Order(StringComparer.Ordinal),
            list.Select(vm => $"{vm.GetProperty("vm-id").GetString()} {vm.GetProperty("status").GetString()}"));
        AssertEnvelope("starting", await TypeAsync($"aetherscale-cli start-vm --vm-id {second} --output json"), second);
        AssertEnvelope("stopped", await TypeAsync($"aetherscale-cli stop-vm --vm-id {first} --output json"), first);
        AssertEnvelope("deleted", await TypeAsync($"aetherscale-cli delete-vm --vm-id {first} --output json"), first);
        AssertEnvelope("deleted", await TypeAsync($"aetherscale-cli delete-vm --vm-id {second} --output json"), second);
        Assert.Equal(0, Envelope(await TypeAsync("aetherscale-cli list-vms --output json")).GetArrayLength());
    }

    [GeneratedRegex(@"^([a-z]{8}) +- +(\w+) *$", RegexOptions.Multiline)]
    private static partial Regex ActionRow();

    private static string AssertAction(string status, string output, string? id = null)
    {
        var row = ActionRow().Match(output);
        Assert.True(row.Success, output);
        Assert.Equal((id ?? row.Groups[1].Value, status), (row.Groups[1].Value, row.Groups[2].Value));
        return row.Groups[1].Value;
    }

    private static void AssertList(string output, params (string Id, string Status)[] expected) => Assert.Equal(
        expected.Select(vm => $"{vm.Id} - {vm.Status}").Order(StringComparer.Ordinal),
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => string.Join(' ', Words(line).Take(3))));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Three lines for each unit: what it is, where it stands, how it is.</summary>
    private static void AssertActive(string output, string id)
    {
        var lines = output.Split('\n');
        var unit = TestHost.UnitOf(id);
        var at = Array.IndexOf(lines, $"● {unit} - aetherscale VM {id}");
        Assert.True(at >= 0, output);
        Assert.StartsWith($"     Loaded: loaded ({TestEnvironment.UnitFolder}/{unit}; enabled;", lines[at + 1]);
        Assert.StartsWith("     Active: active (running) since ", lines[at + 2]);
    }

    private static string AssertEnvelope(string status, string output, string? id = null)
    {
        var response = Envelope(output);
        var vm = response.GetProperty("vm-id").GetString()!;
        Assert.Equal(["status", "vm-id"], response.EnumerateObject().Select(member => member.Name));
        Assert.Equal((id ?? vm, status), (vm, response.GetProperty("status").GetString()));
        return vm;
    }

    /// <summary><c>[{'execution-info': {'status': 'success'}, 'response': …}]</c>.</summary>
    private static JsonElement Envelope(string output)
    {
        var envelope = Assert.Single(JsonDocument.Parse(output).RootElement.EnumerateArray());
        Assert.Equal("success", envelope.GetProperty("execution-info").GetProperty("status").GetString());
        return envelope.GetProperty("response");
    }

    private async Task WaitForGuestsAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            await _host.WaitForConsoleAsync(id, "POLITE UP");
        }
    }

    private async Task<string> TypeAsync(string line)
    {
        var environment = new Dictionary<string, string>(_host.Settings)
        {
            ["PATH"] = $"{TestEnvironment.Programs}:/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
        };
        return (await Tool.RunAsync("/bin/bash", ["-c", line], environment)).Succeeded().Output;
    }
}

using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>What each command answers, letter by letter.</summary>
public sealed class CommandAnswersTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_envelopes_are_those_of_the_message_contract()
    {
        var id = await _host.CreateAsync("polite");

        var done = await _host.SendAsync($$"""{"command": "stop-vm", "options": {"vm-id": "{{id}}"}, "request-id": "r-1"}""");
        var refused = await _host.SendAsync("""{"command": "stop-vm", "options": {"vm-id": "web"}, "request-id": "r-2"}""");

        var host = Environment.MachineName;
        Assert.Equal(
            $$$"""{"execution-info":{"status":"success","host":"{{{host}}}","request-id":"r-1"},"response":{"status":"stopped","vm-id":"{{{id}}}"}}""",
            done.GetRawText());
        Assert.Equal(
            $$$"""{"execution-info":{"status":"error","host":"{{{host}}}","code":"vm-not-found","reason":"VM \"web\" does not exist; there are: {{{id}}}.","request-id":"r-2"}}""",
            refused.GetRawText());
    }

    [Fact]
    public async Task A_vm_is_created_stopped_started_and_deleted_by_its_id()
    {
        var created = await _host.RunAsync("create-vm", """{"image": "polite"}""");
        var id = created.GetProperty("vm-id").GetString()!;
        Assert.Matches(@"\A[a-z]{8}\z", id);
        AssertAnswer("starting", id, created);
        Assert.Equal("running", await _host.StatusAsync(id));

        AssertAnswer("running", id, await ActAsync("start-vm", id), hint: $"VM \"{id}\" was already started");
        AssertAnswer("stopped", id, await ActAsync("stop-vm", id));
        Assert.Equal("stopped", await _host.StatusAsync(id));
        AssertAnswer("killed", id, await ActAsync("stop-vm", id), hint: $"VM \"{id}\" was not running");
        AssertAnswer("starting", id, await ActAsync("start-vm", id));
        Assert.Equal("running", await _host.StatusAsync(id));
        AssertAnswer("deleted", id, await ActAsync("delete-vm", id));
        Assert.Null(await _host.StatusAsync(id));
    }

    [Fact]
    public async Task A_vm_is_found_by_its_name_and_its_answers_tell_both()
    {
        var created = await _host.RunAsync("create-vm", """{"image": "polite", "name": "web"}""");
        var id = created.GetProperty("vm-id").GetString()!;

        AssertAnswer("starting", id, created, name: "web");
        AssertAnswer("running", id, await ActAsync("start-vm", "web"), name: "web", hint: "VM \"web\" was already started");
        AssertAnswer("stopped", id, await ActAsync("stop-vm", "web"), name: "web");
        AssertAnswer("killed", id, await ActAsync("stop-vm", "web"), name: "web", hint: "VM \"web\" was not running");
        AssertAnswer("starting", id, await ActAsync("start-vm", "web"), name: "web");
        Assert.Equal(id, (await _host.RunAsync("show-vm", """{"vm-id": "web"}""")).GetProperty("vm-id").GetString());
        AssertAnswer("deleted", id, await ActAsync("delete-vm", "web"), name: "web");
    }

    [Fact]
    public async Task A_vm_made_without_a_start_stands_still_until_it_is_started()
    {
        var created = await _host.RunAsync("create-vm", """{"image": "polite", "no-start": true}""");
        var id = created.GetProperty("vm-id").GetString()!;

        AssertAnswer("stopped", id, created);
        Assert.Equal("stopped", await _host.StatusAsync(id));
        Assert.False(IsEnabled(id));
        Assert.Empty(await Systemctl.LoadedUnitsAsync(TestHost.UnitOf(id)));

        AssertAnswer("starting", id, await ActAsync("start-vm", id));
        Assert.True(IsEnabled(id));
        Assert.True(await Systemctl.IsActiveAsync(TestHost.UnitOf(id)));
    }

    [Fact]
    public async Task List_vms_tells_of_those_that_run_and_of_those_that_do_not()
    {
        var stopped = await _host.CreateAsync("polite", """, "name": "idle", "cpus": 2, "memory": 64, "no-start": true""");
        var running = await _host.CreateAsync("polite");

        var vms = (await _host.RunAsync("list-vms")).EnumerateArray().ToDictionary(vm => vm.GetProperty("vm-id").GetString()!);

        Assert.Equal(2, vms.Count);
        var addresses = vms.ToDictionary(vm => vm.Key, vm => vm.Value.GetProperty("address").GetString());
        Assert.All(addresses.Values, address => Assert.Matches(@"\A10\.77\.\d+\.\d+\z", address));
        Assert.NotEqual(addresses[stopped], addresses[running]);
        Assert.Equal(
            $$"""{"vm-id":"{{stopped}}","name":"idle","status":"stopped","address":"{{addresses[stopped]}}","image":"polite","cpus":2,"memory":64,"autostart":false}""",
            vms[stopped].GetRawText());
        Assert.Equal(
            $$"""{"vm-id":"{{running}}","status":"running","address":"{{addresses[running]}}","image":"polite","cpus":1,"memory":128,"autostart":true}""",
            vms[running].GetRawText());
    }

    [Fact]
    public async Task Show_vm_tells_where_everything_of_the_vm_is()
    {
        var id = await _host.CreateAsync("polite");
        var unit = TestHost.UnitOf(id);

        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");

        string Text(string member) => vm.GetProperty(member).GetString()!;
        Assert.Equal("running", Text("status"));
        Assert.Equal(await Systemctl.MainPidAsync(unit), vm.GetProperty("pid").GetInt32());
        Assert.Equal(0, vm.GetProperty("restarts").GetInt32());
        Assert.Equal("tcg", Text("accelerator"));
        Assert.Equal(_host.Network, Text("network"));
        Assert.Equal(unit, Text("unit"));
        Assert.Equal($"{TestEnvironment.UnitFolder}/{unit}", Text("unit-file"));
        Assert.Equal($"{_host.Data}/vms/{id}/disk.qcow2", Text("disk"));
        Assert.StartsWith($"{_host.Data}/images/sha256/", Text("base"));
        Assert.Matches(@"\A[0-9a-f]{2}(:[0-9a-f]{2}){5}\z", Text("mac"));
        Assert.InRange(vm.GetProperty("created").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), vm.GetProperty("started").GetDateTimeOffset());
        Assert.All(["unit-file", "disk", "base", "console-log", "console-socket"], member => Assert.True(File.Exists(Text(member)), member));
    }

    [Fact]
    public async Task Show_vm_of_a_stopped_vm_has_no_process_to_tell_of()
    {
        var id = await _host.CreateAsync("polite", """, "no-start": true""");

        var vm = await _host.RunAsync("show-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal("stopped", vm.GetProperty("status").GetString());
        Assert.All(["pid", "started", "restarts", "console-socket"], member => Assert.False(vm.TryGetProperty(member, out _), member));
    }

    [Theory]
    [InlineData("start-vm")]
    [InlineData("stop-vm")]
    [InlineData("delete-vm")]
    [InlineData("show-vm")]
    public async Task A_deleted_vm_is_not_found(string command)
    {
        var id = await _host.CreateAsync("polite", """, "name": "gone", "no-start": true""");
        await ActAsync("delete-vm", id);

        foreach (var vm in new[] { id, "gone" })
        {
            Assert.Equal(
                ("vm-not-found", $"VM \"{vm}\" does not exist."),
                await _host.RefusedAsync($$$"""{"command": "{{{command}}}", "options": {"vm-id": "{{{vm}}}"}}"""));
        }
    }

    [Fact]
    public async Task A_deleted_vm_leaves_nothing_but_its_image()
    {
        var id = await _host.CreateAsync("polite");
        await ActAsync("delete-vm", id);

        Assert.Empty(Directory.EnumerateFileSystemEntries($"{_host.Data}/vms"));
        Assert.False(File.Exists($"{TestEnvironment.UnitFolder}/{TestHost.UnitOf(id)}"));
        Assert.False(IsEnabled(id));
        Assert.False(Directory.Exists($"{TestEnvironment.RuntimeDirectory}/aetherscale/vms/{id}"));
        Assert.Empty(await Systemctl.LoadedUnitsAsync(TestHost.UnitOf(id)));
        Assert.True(File.Exists($"{_host.Data}/images/polite.qcow2"));
    }

    [Fact]
    public async Task A_name_is_given_once_and_is_free_again_after_the_delete()
    {
        var first = await _host.CreateAsync("polite", """, "name": "web", "no-start": true""");

        var (code, reason) = await _host.RefusedAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "web", "no-start": true}}""");
        await ActAsync("delete-vm", "web");
        var second = await _host.CreateAsync("polite", """, "name": "web", "no-start": true""");

        Assert.Equal("name-taken", code);
        Assert.Contains(first, reason);
        Assert.NotEqual(first, second);
    }

    private static bool IsEnabled(string id) => TestHost.IsEnabled(id);

    private static void AssertAnswer(string status, string id, JsonElement answer, string? name = null, string? hint = null)
    {
        var members = new Dictionary<string, string?> { ["status"] = status, ["vm-id"] = id, ["name"] = name, ["hint"] = hint };
        var expected = members.Where(member => member.Value is not null).Select(member => $"{member.Key}: {member.Value}");
        Assert.Equal(expected, answer.EnumerateObject().Select(member => $"{member.Name}: {member.Value.GetString()}"));
    }

    private Task<JsonElement> ActAsync(string command, string vm) => _host.RunAsync(command, $$"""{"vm-id": "{{vm}}"}""");
}

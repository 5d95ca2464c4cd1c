using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>New VMs find a host that has room, and no host takes more than it has.</summary>
[Collection(FleetTests.Name)]
public class PlacementTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(
        broker,
        [
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "640", ["AETHERSCALE_HOST_CPUS"] = "100" },
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "640", ["AETHERSCALE_HOST_CPUS"] = "100", ["AETHERSCALE_HOST_LABELS"] = "ssd,zone=a" },
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "1280", ["AETHERSCALE_HOST_CPUS"] = "7" },
        ],
        "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Many_creates_at_once_fill_every_host_and_overcommit_none()
    {
        // 5 + 5 by memory, 7 by virtual CPUs.
        var sent = new List<string>();
        for (var number = 0; number < 200; number++)
        {
            sent.Add(await _fleet.Client.SendAsync(
                $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "n{{{number}}}", "memory": 128, "no-start": true}, "request-id": "r{{{number}}}"}"""));
        }

        var promised = new List<(string Host, string Id)>();
        foreach (var message in sent)
        {
            var reply = await _fleet.Client.ReplyAsync(message, 120);
            var info = reply.GetProperty("execution-info");
            if (info.GetProperty("status").GetString() == "success")
            {
                promised.Add((info.GetProperty("host").GetString()!, reply.GetProperty("response").GetProperty("vm-id").GetString()!));
            }
            else
            {
                Assert.Equal("no-capacity", info.GetProperty("code").GetString());
            }
        }

        var found = await _fleet.VmsAsync();
        Assert.Equal(promised.Order(), found.Select(vm => (vm.Host, vm.Id)).Order());
        Assert.Equal([("h1", 5), ("h2", 5), ("h3", 7)], found.GroupBy(vm => vm.Host).Select(group => (group.Key, group.Count())).Order());
    }

    [Fact]
    public async Task No_capacity_says_what_each_host_lacks()
    {
        var (code, reason) = await _fleet.RefusedAsync("create-vm", """{"image": "polite", "memory": 1000, "labels": ["ssd"]}""");

        Assert.Equal("no-capacity", code);
        Assert.Contains("h1: ", reason);
        Assert.Contains("ssd", reason);
        Assert.Contains("h2: memory: 1000 MiB wanted", reason);
    }

    [Fact]
    public async Task Labels_host_and_cordon_decide_where_a_vm_goes()
    {
        var checker = new FleetChecker(_fleet);
        for (var round = 0; round < 3; round++)
        {
            var labelled = await _fleet.AskAsync("create-vm", """{"image": "polite", "no-start": true, "memory": 1, "labels": ["zone=a"]}""");
            Assert.Equal("h2", labelled.GetProperty("execution-info").GetProperty("host").GetString());
            checker.Created(labelled);
        }

        var named = await _fleet["h1"].SendAsync("""{"command": "create-vm", "host": "h3", "options": {"image": "polite", "no-start": true, "memory": 1}}""");
        Assert.Equal("h3", named.GetProperty("execution-info").GetProperty("host").GetString());
        checker.Created(named);

        await _fleet.RunAsync("cordon-host", """{"host": "h2"}""");
        Assert.Equal("no-capacity", (await _fleet.RefusedAsync("create-vm", """{"image": "polite", "memory": 1, "labels": ["zone=a"]}""")).Code);
        await _fleet["h3"].RunAsync("uncordon-host", """{"host": "h2"}""");
        Assert.NotNull(checker.Created(await _fleet.AskAsync("create-vm", """{"image": "polite", "memory": 1, "no-start": true, "labels": ["zone=a"]}""")));
        Assert.Equal("host-not-found", (await _fleet.RefusedAsync("create-vm", """{"image": "polite"}""", """, "host": "h9" """)).Code);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_create_that_waits_is_made_when_there_is_room()
    {
        var checker = new FleetChecker(_fleet);
        foreach (var (host, memory) in new[] { ("h1", 640), ("h2", 640), ("h3", 1280) })
        {
            checker.CreatedOn(host, await _fleet[host].CreateAsync("polite", $$""", "name": "full-{{host}}", "memory": {{memory}}, "no-start": true"""));
        }

        var waiting = await _fleet.Client.SendAsync(
            $$$"""{"command": "create-vm", "options": {"image": "polite", "memory": 64, "no-start": true, "wait": true}, "deadline": "{{{DateTimeOffset.UtcNow.AddSeconds(60):O}}}", "request-id": "patient"}""");
        await Task.Delay(5000, TestContext.Current.CancellationToken);
        await checker.CheckAsync();

        checker.Deleted((await _fleet["h2"].RunAsync("delete-vm", """{"vm-id": "full-h2"}""")).GetProperty("vm-id").GetString()!);

        var reply = await _fleet.Client.ReplyAsync(waiting, 30);
        Assert.Equal("h2", reply.GetProperty("execution-info").GetProperty("host").GetString());
        checker.Created(reply);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_name_is_one_vms_in_the_whole_fleet()
    {
        var sent = new List<string>();
        for (var number = 0; number < 12; number++)
        {
            sent.Add(await _fleet.Client.SendAsync(
                $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "web", "memory": 1, "no-start": true}, "request-id": "w{{{number}}}"}"""));
        }

        var codes = new List<string>();
        foreach (var message in sent)
        {
            var info = (await _fleet.Client.ReplyAsync(message, 60)).GetProperty("execution-info");
            codes.Add(info.TryGetProperty("code", out var code) ? code.GetString()! : "ok");
        }

        Assert.Equal(["ok", .. Enumerable.Repeat("name-taken", 11)], codes.OrderByDescending(code => code));
        Assert.Single(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task The_same_request_sent_many_times_makes_one_vm()
    {
        const string Create = """{"command": "create-vm", "options": {"image": "polite", "memory": 1, "no-start": true}, "request-id": "once"}""";
        var sent = new List<string>();
        for (var number = 0; number < 12; number++)
        {
            sent.Add(await _fleet.Client.SendAsync(Create));
        }

        var ids = new HashSet<string>();
        foreach (var message in sent)
        {
            var reply = await _fleet.Client.ReplyAsync(message, 60);
            Assert.True(reply.TryGetProperty("response", out var response), reply.ToString());
            ids.Add(response.GetProperty("vm-id").GetString()!);
        }

        Assert.Equal(Assert.Single(ids), Assert.Single(await _fleet.VmsAsync()).Id);
    }
}

using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>A command reaches the host that it is for, whichever door it came in by.</summary>
[Collection(FleetTests.Name)]
public class RoutingTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Who_watches_by_the_broker_hears_of_the_vms_of_all_hosts()
    {
        using var watch = _fleet["h1"].StartCli("--broker", _fleet.Url, "-o", "json", "watch");
        var output = watch.StandardOutput;
        var first = output.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        while (!first.IsCompleted)
        {
            await _fleet.CreateOnAsync("h1", $"n{Stopwatch.GetTimestamp()}", """, "no-start": true""");
        }

        foreach (var host in (string[])["h2", "h3"])
        {
            var id = await _fleet.CreateOnAsync(host, $"on-{host}", """, "no-start": true""");
            string? line;
            while (!(line = await output.ReadLineAsync(TestContext.Current.CancellationToken))!.Contains(id))
            {
                Assert.Contains("\"host\":\"h1\"", line);
            }

            Assert.Contains($"\"host\":\"{host}\"", line);
            Assert.Contains("\"event\":\"created\"", line);
        }
    }

    [Fact]
    public async Task A_vm_is_reached_by_id_and_by_name_from_every_socket_and_by_the_broker()
    {
        var id = (await _fleet["h2"].RunAsync("create-vm", """{"image": "polite", "name": "web"}""")).GetProperty("vm-id").GetString()!;
        await Wait.UntilAsync("the broker knows the VM", async () => (await _fleet.AskAsync("show-vm", """{"vm-id": "web"}""")).TryGetProperty("response", out _));

        foreach (var reference in new[] { id, "web" })
        {
            foreach (var host in _fleet.Hosts)
            {
                var reply = await host.SendAsync($$$"""{"command": "show-vm", "options": {"vm-id": "{{{reference}}}"}}""");
                Assert.Equal("h2", reply.GetProperty("execution-info").GetProperty("host").GetString());
                Assert.Equal(id, reply.GetProperty("response").GetProperty("vm-id").GetString());
            }

            // Whoever takes it from the shared queue: with three of them it is mostly another host.
            for (var round = 0; round < 6; round++)
            {
                var reply = await _fleet.AskAsync("show-vm", $$"""{"vm-id": "{{reference}}"}""");
                Assert.Equal("h2", reply.GetProperty("execution-info").GetProperty("host").GetString());
            }
        }

        Assert.Equal("killed", (await _fleet["h1"].RunAsync("stop-vm", """{"vm-id": "web", "kill": true}""")).GetProperty("status").GetString());
        Assert.Equal("starting", (await _fleet["h3"].RunAsync("start-vm", """{"vm-id": "web"}""")).GetProperty("status").GetString());
        Assert.Equal("deleted", (await _fleet.RunAsync("delete-vm", """{"vm-id": "web"}""")).GetProperty("status").GetString());
        Assert.Empty(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task A_vm_that_no_host_has_is_not_found_and_one_of_a_host_that_is_away_is_not_said_to_be_missing()
    {
        Assert.Equal("vm-not-found", (await _fleet.RefusedAsync("stop-vm", """{"vm-id": "nobody"}""")).Code);

        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("h3 is missed", async () => (await _fleet.RefusedAsync("stop-vm", """{"vm-id": "nobody"}""")).Code == "host-unreachable", 40);

        var (_, reason) = await _fleet.RefusedAsync("stop-vm", """{"vm-id": "nobody"}""");
        Assert.Contains("h3 does not answer, and may have it", reason);
    }

    [Fact]
    public async Task List_vms_lists_all_hosts_and_filters_and_names_those_that_do_not_answer()
    {
        foreach (var host in new[] { "h1", "h2", "h3" })
        {
            await _fleet[host].RunAsync("create-vm", $$"""{"image": "polite", "name": "on-{{host}}", "no-start": true}""");
        }

        var all = (await _fleet.RunAsync("list-vms")).EnumerateArray().ToList();
        Assert.Equal(["h1 on-h1", "h2 on-h2", "h3 on-h3"], all.Select(vm => $"{vm.GetProperty("host")} {vm.GetProperty("name")}").Order());
        Assert.Equal(3, (await _fleet["h1"].RunAsync("list-vms", """{"fleet": true}""")).GetArrayLength());
        Assert.Equal(1, (await _fleet["h1"].RunAsync("list-vms")).GetArrayLength());
        Assert.Equal("on-h2", Assert.Single((await _fleet.RunAsync("list-vms", """{"name": "on-h2"}""")).EnumerateArray()).GetProperty("name").GetString());

        var checker = new FleetChecker(_fleet);
        all.ForEach(vm => checker.CreatedOn(vm.GetProperty("host").GetString()!, vm.GetProperty("vm-id").GetString()!));
        await checker.CheckAsync();

        // The last inventory of a host that was killed a second after its VM was made.
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();
        var reply = await _fleet.AskAsync("list-vms");
        Assert.Equal("h3", Assert.Single(reply.GetProperty("execution-info").GetProperty("unanswered").EnumerateArray()).GetString());
        var lost = Assert.Single(reply.GetProperty("response").EnumerateArray(), vm => vm.GetProperty("host").GetString() == "h3");
        Assert.Equal(("on-h3", "unreachable"), (lost.GetProperty("name").GetString(), lost.GetProperty("status").GetString()));
        Assert.Equal(3, reply.GetProperty("response").GetArrayLength());
    }

    [Fact]
    public async Task Commands_for_a_host_that_is_away_wait_for_it_in_order_until_their_deadline()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet["h3"].CreateAsync("polite", """, "name": "web" """);
        checker.CreatedOn("h3", id);
        await Wait.UntilAsync("the broker knows the VM", async () => (await _fleet.AskAsync("show-vm", """{"vm-id": "web"}""")).TryGetProperty("response", out _));
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();

        var parked = await _fleet.RunAsync("stop-vm", """{"vm-id": "web", "kill": true}""");
        Assert.Equal(("parked", "h3", id), (parked.GetProperty("status").GetString(), parked.GetProperty("host").GetString(), parked.GetProperty("vm-id").GetString()));
        Assert.True(parked.GetProperty("until").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddSeconds(30));
        await _fleet.RunAsync("start-vm", """{"vm-id": "web"}""");
        await _fleet.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""", $$""", "deadline": "{{DateTimeOffset.UtcNow.AddSeconds(4):O}}" """);
        Assert.Equal(3, (await _fleet["h1"].RunAsync("show-host", """{"host": "h3"}""")).GetProperty("waiting").GetInt64());
        await Task.Delay(5000, TestContext.Current.CancellationToken);

        await _fleet["h3"].StartDaemonAsync();
        await _fleet["h3"].WaitForBrokerAsync(2);

        // Stopped and started, and not deleted: that came too late, and is nothing for people to look at.
        Assert.Contains("aetherscale.dead-letters\t0", await broker.ControlAsync("list_queues", "--vhost", _fleet.VirtualHost, "--no-table-headers", "name", "messages"));
        await Wait.UntilAsync("h3 has carried out what waited", async () => (await _fleet["h1"].RunAsync("show-host", """{"host": "h3"}""")).GetProperty("waiting").GetInt64() == 0);
        await Wait.UntilAsync("the VM runs again", async () => await _fleet["h3"].StatusAsync(id) == "running");
        var why = await _fleet["h3"].RunAsync("why-vm", """{"vm-id": "web"}""");
        Assert.Equal(["killed", "started"], why.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event").GetString()).Where(one => one is "killed" or "started").TakeLast(2));
        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_binding_that_leads_to_a_host_without_the_vm_is_given_up_and_the_command_goes_on()
    {
        for (var round = 0; round < 4; round++)
        {
            var id = (await _fleet.RunAsync("create-vm", $$"""{"image": "polite", "name": "web-{{round}}", "no-start": true}""")).GetProperty("vm-id").GetString()!;
            var owner = Assert.Single(await _fleet.VmsAsync()).Host;
            foreach (var other in Enumerable.Range(1, 3).Select(number => $"h{number}").Where(host => host != owner))
            {
                await _fleet.Client.BindAsync($"aetherscale.host.{other}", "aetherscale.vms", id);
                await _fleet.Client.BindAsync($"aetherscale.host.{other}", "aetherscale.vms", $"web-{round}");
            }

            foreach (var reference in new[] { id, $"web-{round}" })
            {
                var reply = await _fleet.AskAsync("show-vm", $$"""{"vm-id": "{{reference}}"}""");
                Assert.Equal(owner, reply.GetProperty("execution-info").GetProperty("host").GetString());
                Assert.True(reply.TryGetProperty("response", out _), reply.ToString());
            }

            Assert.Equal("deleted", (await _fleet.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
            Assert.Equal("vm-not-found", (await _fleet.RefusedAsync("show-vm", $$"""{"vm-id": "web-{{round}}"}""")).Code);
        }
    }

    [Fact]
    public async Task Nobody_waits_at_another_host_for_a_requester_that_went_away()
    {
        await _fleet.CreateOnAsync("h2", "web", """, "no-start": true""");
        using (var hasty = UnixHttp.ClientOf(_fleet["h1"].Socket))
        {
            hasty.Timeout = TimeSpan.FromSeconds(2);
            using var wait = new StringContent("""{"command": "wait-vm", "options": {"vm-id": "web", "for": "running", "timeout": 600}}""");
            await Assert.ThrowsAsync<TaskCanceledException>(() => hasty.PostAsync("/v1/commands", wait, TestContext.Current.CancellationToken));
        }

        await Wait.UntilAsync("the relay has ended", () => _fleet["h1"].Log.Contains("The requester went away before h2 had replied."));
    }

    [Fact]
    public async Task Two_daemons_cannot_be_the_same_host()
    {
        await using var twin = TestHost.Prepare(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = _fleet.Url, ["AETHERSCALE_HOST_NAME"] = "h1" });
        await twin.StartDaemonAsync();

        await Wait.UntilAsync("it says so", () => twin.Log.Contains("another daemon is the host \"h1\" there"));
        Assert.Equal(0, twin.Count("Takes commands from the broker"));
    }
}

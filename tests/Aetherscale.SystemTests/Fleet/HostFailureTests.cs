using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Hosts die, freeze, are forgotten and come back.</summary>
[Collection(FleetFaultTests.Name)]
public class HostFailureTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Hosts_that_are_killed_over_many_commands_leave_what_the_replies_say_when_they_are_back()
    {
        var checker = new FleetChecker(_fleet);
        var work = Enumerable.Range(0, 4).Select(async number =>
        {
            await using var client = new PatientClient(_fleet.Url);
            for (var round = 0; round < 5; round++)
            {
                var name = $"n{number}-{round}";
                checker.MustBeCreated(
                    await client.AskAsync(
                        $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "request-id": "c{{{name}}}"}"""),
                    name);
            }
        }).ToList();
        foreach (var name in new[] { "h1", "h2", "h3" })
        {
            await Task.Delay(400, TestContext.Current.CancellationToken);
            await _fleet[name].KillDaemonAsync();
            await Task.Delay(400, TestContext.Current.CancellationToken);
            await _fleet[name].StartDaemonAsync();
        }

        await Task.WhenAll(work);

        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost, but: "aetherscale.dead-letters");
        Assert.Equal(20, checker.Promised);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task Who_waits_for_a_reply_is_told_when_its_host_was_restarted_and_knows_nothing_of_the_question()
    {
        var checker = new FleetChecker(_fleet);
        checker.CreatedOn("h2", await _fleet.CreateOnAsync("h2", "web", """, "no-start": true"""));
        var waits = _fleet["h1"].RefusedAsync("""{"command": "wait-vm", "options": {"vm-id": "web", "for": "running", "timeout": 600}}""");
        await Wait.UntilAsync("h2 has taken it", async () =>
            (await broker.ControlAsync("list_queues", "--vhost", _fleet.VirtualHost, "--no-table-headers", "name", "messages_unacknowledged")).Contains("aetherscale.host.h2\t1"));
        await _fleet["h2"].KillDaemonAsync();

        // The broker drops what is only looked at after 3 s.
        await Task.Delay(3100, TestContext.Current.CancellationToken);
        await _fleet["h2"].StartDaemonAsync();

        var (code, reason) = await waits.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal("host-unreachable", code);
        Assert.Contains("h2 has taken the command, and was restarted or is gone since", reason);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task Vms_of_a_frozen_host_are_listed_as_unreachable_in_bounded_time()
    {
        var checker = new FleetChecker(_fleet);
        checker.CreatedOn("h3", await _fleet.CreateOnAsync("h3", "web", """, "no-start": true"""));
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].FreezeDaemonAsync();
        try
        {
            for (var round = 0; round < 3; round++)
            {
                var began = Stopwatch.GetTimestamp();
                var reply = await _fleet["h1"].SendAsync("""{"command": "list-vms", "options": {"fleet": true}}""");
                Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 4);
                var row = Assert.Single(reply.GetProperty("response").EnumerateArray());
                Assert.Equal(("web", "unreachable", "h3"), (row.GetProperty("name").GetString(), row.GetProperty("status").GetString(), row.GetProperty("host").GetString()));
                Assert.Equal("h3", Assert.Single(reply.GetProperty("execution-info").GetProperty("unanswered").EnumerateArray()).GetString());
            }

            Assert.Equal("host-unreachable", (await _fleet["h1"].RefusedAsync("""{"command": "show-vm", "options": {"vm-id": "web"}}""")).Code);
            Assert.Equal("name-taken", (await _fleet["h1"].RefusedAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "web", "no-start": true}}""")).Code);
        }
        finally
        {
            await _fleet["h3"].ThawDaemonAsync();
        }

        await Wait.UntilAsync("h3 is back", async () => (await _fleet["h1"].SendAsync("""{"command": "show-vm", "options": {"vm-id": "web"}}""")).TryGetProperty("response", out _), 40);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_host_is_forgotten_when_it_is_gone_and_belongs_to_the_fleet_again_when_it_comes_back()
    {
        var id = await _fleet.CreateOnAsync("h3", "web", """, "no-start": true""");
        Assert.Equal("host-alive", (await _fleet.RefusedAsync("forget-host", """{"host": "h3"}""")).Code);
        Assert.Equal("host-not-found", (await _fleet.RefusedAsync("forget-host", """{"host": "h9"}""")).Code);
        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("its connection is gone", async () => (await _fleet.AskAsync("forget-host", """{"host": "h3"}""")).TryGetProperty("response", out _));

        Assert.Equal("vm-not-found", (await _fleet.RefusedAsync("show-vm", """{"vm-id": "web"}""")).Code);
        Assert.Equal("host-not-found", (await _fleet["h2"].RefusedAsync("""{"command": "list-vms", "host": "h3"}""")).Code);
        Assert.Equal(["h1", "h2"], (await _fleet["h2"].RunAsync("list-hosts")).EnumerateArray().Select(host => host.GetProperty("host").GetString()));

        // Its name was free meanwhile.
        var other = await _fleet.AskAsync("create-vm", """{"image": "polite", "name": "web", "no-start": true}""");
        await _fleet["h3"].StartDaemonAsync();
        await _fleet["h3"].WaitForBrokerAsync(2);

        await _fleet.WaitForHostsAsync(3);
        await Wait.UntilAsync("its VM is reached by its id", async () => (await _fleet.AskAsync("show-vm", $$"""{"vm-id": "{{id}}"}""")).TryGetProperty("response", out _));
        Assert.Equal(
            other.GetProperty("response").GetProperty("vm-id").GetString(),
            (await _fleet.RunAsync("show-vm", """{"vm-id": "web"}""")).GetProperty("vm-id").GetString());
        await Wait.UntilAsync("the clash is told", () => _fleet["h3"].Log.Contains("its name web belongs to a VM on another host"));
    }

    [Fact]
    public async Task Commands_that_a_frozen_daemon_has_taken_are_dropped_and_counted_after_their_deadline()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h3", "web", """, "no-start": true""");
        checker.CreatedOn("h3", id);
        await _fleet["h3"].FreezeDaemonAsync();
        try
        {
            var deadline = DateTimeOffset.UtcNow.AddSeconds(5);
            for (var number = 0; number < 3; number++)
            {
                await _fleet.Client.SendAsync(
                    $$$"""{"command": "delete-vm", "options": {"vm-id": "{{{id}}}"}, "deadline": "{{{deadline:O}}}", "request-id": "d{{{number}}}"}""");
            }

            await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        }
        finally
        {
            await _fleet["h3"].ThawDaemonAsync();
        }

        await Wait.UntilAsync("all are counted", async () => (await _fleet["h3"].RunAsync("show-host")).GetProperty("expired").GetInt64() == 3);
        Assert.Equal("stopped", await _fleet["h3"].StatusAsync(id));
        Assert.Equal(3, _fleet["h3"].Count("deadline-passed"));
        await checker.CheckAsync();
    }
}

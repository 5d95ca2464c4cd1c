using System.Text.Json;
using Aetherscale.SystemTests.Harness;
using RabbitMQ.Client;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>A fleet in which each host and each client has a user of its own, with the rights of docs/broker-security.md and no others.</summary>
[Collection(FleetTests.Name)]
public sealed class PermissionTests(Broker broker) : IAsyncLifetime
{
    /// <summary>The hosts that are left when h3 is forgotten.</summary>
    private static readonly string[] s_rest = ["h1", "h2"];

    /// <summary>What can be done to a queue.</summary>
    private static readonly string[] s_acts = ["get", "consume", "purge", "delete", "declare", "bind"];

    private readonly TemporaryFolder _folder = new();
    private TestFleet _fleet = null!;

    private string Url => broker.UrlOf(_fleet.VirtualHost);

    public async ValueTask InitializeAsync()
    {
        var file = await BrokerUsers.WriteCredentialsAsync(_folder, BrokerUsers.Client);
        _fleet = await TestFleet.StartWithUsersAsync(
            broker, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { [BrokerUsers.CredentialsVariable] = file })]);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A33_What_is_put_aside_says_who_sent_it_though_the_broker_takes_no_other_users_name_from_a_host()
    {
        foreach (var host in _fleet.Hosts)
        {
            await host.StopDaemonAsync();
        }

        await _fleet.Client.PublishAsync(
            """{"command": "create-vm", "options": {"image": "guest", "no-start": true}}""", "", "aetherscale.placement", new BasicProperties { UserId = BrokerUsers.Client });
        await using (var taker = await new ConnectionFactory { Uri = new Uri(Url) }.CreateConnectionAsync(TestContext.Current.CancellationToken))
        await using (var channel = await taker.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            await Wait.UntilAsync("somebody takes it and goes", async () =>
                await channel.BasicGetAsync("aetherscale.placement", autoAck: false, TestContext.Current.CancellationToken) is not null);
        }

        await _fleet["h1"].StartDaemonAsync();

        await using var looker = await new ConnectionFactory { Uri = new Uri(Url) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var looks = await looker.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        BasicGetResult? aside = null;
        await Wait.UntilAsync("it is put aside", async () =>
            (aside = await looks.BasicGetAsync("aetherscale.dead-letters", autoAck: true, TestContext.Current.CancellationToken)) is not null);
        Assert.Equal(BrokerUsers.Client, System.Text.Encoding.UTF8.GetString((byte[])aside!.BasicProperties.Headers!["aetherscale-user"]!));
        Assert.Empty((await _fleet["h1"].RunAsync("list-vms")).EnumerateArray());
    }

    [Fact]
    public async Task The_fleet_does_all_that_it_does_and_no_host_loses_its_connection_over_it()
    {
        _fleet["h1"].DropImage("polite", "guest");

        // Placed where the image is; fetched where it is not.
        var placed = await _fleet.AskAsync("create-vm", """{"image": "guest", "name": "web", "no-start": true}""");
        Assert.Equal("h1", placed.GetProperty("execution-info").GetProperty("host").GetString());
        await ClientAsync("--host", "h3", "create-vm", "--image", "guest", "--name", "db");
        var id = (await _fleet["h3"].RunAsync("show-vm", """{"vm-id": "db"}""")).GetProperty("vm-id").GetString()!;
        await _fleet["h3"].WaitForConsoleAsync(id, "POLITE UP");
        Assert.Equal("fleet:h1", (await _fleet["h3"].RunAsync("show-image", """{"name": "guest"}""")).GetProperty("source").GetString());

        // A name is one VM's, and a command finds its host from each of them.
        Assert.Equal("name-taken", (await _fleet["h2"].RefusedAsync("""{"command": "create-vm", "options": {"image": "guest", "name": "web"}}""")).Code);
        foreach (var host in _fleet.Hosts)
        {
            Assert.Equal(id, (await host.RunAsync("show-vm", """{"vm-id": "db"}""")).GetProperty("vm-id").GetString());
        }

        Assert.Equal("killed", (await _fleet["h1"].RunAsync("stop-vm", """{"vm-id": "db", "kill": true}""")).GetProperty("status").GetString());
        await ClientAsync("start-vm", "db");
        Assert.Equal(BrokerUsers.Client, (await Why.AskUntilAsync(_fleet["h3"], "db", "started")).Last.GetProperty("requester").GetProperty("user").GetString());
        Assert.Contains("aetherscale: started", await ClientAsync("logs-vm", "db"));
        using var watching = _fleet["h1"].StartCli("--broker", Url, "-o", "json", "watch");
        var heard = watching.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        await Wait.UntilAsync("who watches hears of h3's VM", async () =>
        {
            await ClientAsync("pause-vm", "db");
            await ClientAsync("resume-vm", "db");
            return heard.IsCompleted;
        });
        Assert.Contains("\"host\":\"h3\"", await heard);
        watching.Kill();
        var checker = new FleetChecker(_fleet);
        checker.Created(placed);
        checker.CreatedOn("h3", id);
        await checker.CheckAsync();
        Assert.Equal(["h1 web", "h3 db"], (await _fleet.RunAsync("list-vms")).EnumerateArray().Select(vm => $"{vm.GetProperty("host")} {vm.GetProperty("name")}").Order());

        await _fleet["h1"].RunAsync("cordon-host", """{"host": "h2"}""");
        Assert.Contains("cordoned", (await _fleet.RunAsync("list-hosts")).EnumerateArray().Select(host => host.GetProperty("status").GetString()));
        await _fleet.RunAsync("uncordon-host", """{"host": "h2"}""");
        await ForgetAsync(id);

        Assert.Equal(("vm-not-found", "h1"), ((await _fleet.RefusedAsync("show-vm", """{"vm-id": "db"}""")).Code, Assert.Single(await VmsOfTheRestAsync()).Host));
        Assert.All(_fleet.Hosts.Take(2), host => Assert.Equal(1, host.Count("Takes commands from the broker")));
    }

    /// <summary>What waits for h3 is carried out; then it is gone for good, and no host may delete its queues.</summary>
    private async Task ForgetAsync(string id)
    {
        const string Forget = """{"host": "h3"}""";
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("h3 is missed", async () => (await _fleet.RunAsync("stop-vm", """{"vm-id": "db", "kill": true}""")).GetProperty("status").GetString() == "parked");
        Assert.Contains((await _fleet.RunAsync("list-vms")).EnumerateArray(), vm => vm.GetProperty("status").GetString() == "unreachable" && vm.GetProperty("vm-id").GetString() == id);
        var (code, reason) = await _fleet.RefusedAsync("forget-host", Forget);
        Assert.Equal("broker-refused", code);
        Assert.Equal(
            "h3 is not forgotten: this host's user at the broker may not delete aetherscale.host.h3 and aetherscale.inventory.h3. Delete them on the broker's machine, "
            + "with --vhost VHOST where it is not \"/\": rabbitmqctl delete_queue aetherscale.host.h3; rabbitmqctl delete_queue aetherscale.inventory.h3. Then no host knows h3 any more.",
            reason);

        await _fleet["h3"].StartDaemonAsync();
        await _fleet["h3"].WaitForBrokerAsync(2);
        await Wait.UntilAsync("what waited is carried out", async () => await _fleet["h3"].StatusAsync(id) == "stopped");

        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("h3 is missed", async () => (await _fleet.RefusedAsync("forget-host", Forget)).Code == "broker-refused");
        await broker.ControlAsync("delete_queue", "--vhost", _fleet.VirtualHost, "aetherscale.host.h3");
        await broker.ControlAsync("delete_queue", "--vhost", _fleet.VirtualHost, "aetherscale.inventory.h3");
        Assert.True((await _fleet["h1"].SendAsync($$"""{"command": "forget-host", "options": {{Forget}}}""")).TryGetProperty("response", out _));
        foreach (var name in s_rest)
        {
            Assert.Equal(s_rest, (await _fleet[name].RunAsync("list-hosts")).EnumerateArray().Select(host => host.GetProperty("host").GetString()));
        }
    }

    [Fact]
    public async Task A_host_s_user_does_nothing_to_another_host_s_queues_and_speaks_for_itself_alone()
    {
        string[] queues = ["host", "answers", "ask", "inventory"];
        var others = queues.SelectMany(queue => s_acts
            .Where(act => queue != "inventory" || act is "delete" or "declare" or "bind")
            .Select(act => $"{act} aetherscale.{queue}.h1{(act == "bind" ? " web" : "")}"));
        await RefusedAsync("h2", [
            .. others,
            "hear aetherscale.hosts aetherscale.host.h1", "hear aetherscale.hosts #", "hear aetherscale.events #",
            "write aetherscale.hosts aetherscale.inventory.h1",
            "write aetherscale.events host.h1.here", "write aetherscale.events host.h1.forgotten", "write aetherscale.events vm.h1.abcdefgh.stopped",
            "get aetherscale.dead-letters", "purge aetherscale.dead-letters",
        ]);
        Assert.All(_fleet.Hosts, host => Assert.Equal(1, host.Count("Takes commands from the broker")));
    }

    [Fact]
    public async Task A_client_s_user_sends_commands_and_no_more_and_a_watcher_s_hears_events_and_no_more()
    {
        string[] both = ["get vm-queue", "purge vm-queue", "delete vm-queue", "get aetherscale.host.h1", "get aetherscale.inventory.h1", "get aetherscale.expired", "delete aetherscale.placement", "hear aetherscale.vms web", "hear aetherscale.hosts #"];
        await RefusedAsync(BrokerUsers.Client, [
            .. both, "hear aetherscale.events vm.#",
            "write aetherscale.hosts aetherscale.host.h1", "write aetherscale.vms web", "write aetherscale.ask x", "write aetherscale.events host.h1.forgotten",
        ]);
        await RefusedAsync(BrokerUsers.Watcher, [.. both, "hear aetherscale.events #", "write - vm-queue", "write aetherscale.events vm.h1.abcdefgh.stopped"]);
        Assert.Equal(["hear aetherscale.events vm.# done"], await TryAsync(BrokerUsers.Watcher, "hear aetherscale.events vm.#"));

        var refused = await BrokerUsers.CliAsync(Url, BrokerUsers.Watcher, new Dictionary<string, string>(), "list-vms");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("it refused: access to exchange 'amq.default'", refused.Error);
    }

    [Fact]
    public async Task What_a_client_writes_into_a_host_s_own_queues_is_in_its_own_name()
    {
        _fleet["h1"].DropImage("polite", "guest");
        var id = await _fleet["h1"].CreateAsync("guest", """, "name": "web", "no-start": true""");
        var start = $$$"""{"command": "start-vm", "options": {"vm-id": "{{{id}}}"}}""";
        var properties = new BasicProperties
        {
            UserId = BrokerUsers.Client,
            Headers = new Dictionary<string, object?> { ["aetherscale-scope"] = "amqp", ["aetherscale-user"] = "root", ["aetherscale-requester"] = "root", ["aetherscale-host"] = "h9" },
        };

        await _fleet.Client.PublishAsync(start, "", "aetherscale.host.h1", properties);

        var why = await Why.AskUntilAsync(_fleet["h1"], id, "started");
        Assert.Equal(BrokerUsers.Client, why.Last.GetProperty("requester").GetProperty("user").GetString());

        // A question that hosts would ask, which names nobody.
        properties.Type = "command";
        await _fleet.Client.PublishAsync(start.Replace("start-vm", "delete-vm"), "", "aetherscale.ask.h1", properties);
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.Equal("running", await _fleet["h1"].StatusAsync(id));
        Assert.DoesNotContain("h9", (await _fleet["h1"].RunAsync("list-hosts")).ToString());
    }

    [Fact]
    public async Task A_right_that_a_host_lacks_is_told_once_in_the_broker_s_words()
    {
        await using var host = TestHost.Prepare(new Dictionary<string, string>
        {
            ["AETHERSCALE_BROKER"] = broker.UrlOf(_fleet.VirtualHost, "h2"),
            ["AETHERSCALE_HOST_NAME"] = "h9",
        });
        await host.StartDaemonAsync();
        await Wait.UntilAsync("it is told", () => host.Log.Contains("No way to the broker"));
        Assert.Contains("it does not let user \"h2\" (the URL in broker) do what is needed: ACCESS_REFUSED - access to queue 'aetherscale.host.h9'", host.Log);

        await using var mute = TestHost.Prepare(new Dictionary<string, string>
        {
            ["AETHERSCALE_BROKER"] = broker.UrlOf(_fleet.VirtualHost, "h3"),
            ["AETHERSCALE_HOST_NAME"] = "h3",
        });
        await _fleet["h3"].StopDaemonAsync();
        await broker.ControlAsync("set_topic_permissions", "--vhost", _fleet.VirtualHost, "h3", "aetherscale.events", "^$", ".*");
        await mute.StartDaemonAsync();
        await Wait.UntilAsync("it is told", () => mute.Log.Contains("access to topic 'host.h3.here'"));
        await Task.Delay(3000, TestContext.Current.CancellationToken);
        Assert.All([host, mute], one => Assert.Equal((1, 0, 0), (one.Count("No way to the broker"), one.Count("Lost the broker"), one.Count("Takes commands"))));
    }

    private async Task RefusedAsync(string user, string[] acts) =>
        Assert.Equal(acts.Select(act => $"{act} ACCESS_REFUSED"), await TryAsync(user, acts));

    private Task<IReadOnlyList<string>> TryAsync(string user, params string[] acts) =>
        PikaClient.RunAsync("rights", broker.UrlOf(_fleet.VirtualHost, user), string.Join(',', acts));

    private async Task<string> ClientAsync(params string[] arguments) => (await _fleet["h1"].CliAsync(["--broker", Url, .. arguments])).Succeeded().Output;

    private async Task<IReadOnlyList<(string Host, JsonElement Vm)>> VmsOfTheRestAsync()
    {
        var lists = await Task.WhenAll(s_rest.Select(async name => (await _fleet[name].RunAsync("list-vms")).EnumerateArray().Select(vm => (name, vm))));
        return [.. lists.SelectMany(list => list)];
    }
}

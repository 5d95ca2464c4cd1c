using System.Globalization;
using System.Text.Json;

namespace Aetherscale.SystemTests.Harness;

/// <summary>Several hosts at one broker: h1, h2, …, each a real daemon with a state folder, a socket and a network of its own.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly IReadOnlyList<TcpProxy> _ways;

    private TestFleet(string url, string virtualHost, IReadOnlyList<TestHost> hosts, IReadOnlyList<TcpProxy> ways, AmqpClient client)
    {
        _ways = ways;
        Url = url;
        VirtualHost = virtualHost;
        Hosts = hosts;
        Client = client;
    }

    /// <summary>Of the virtual host that they share.</summary>
    public string Url { get; }

    public string VirtualHost { get; }

    public IReadOnlyList<TestHost> Hosts { get; }

    /// <summary>A requester at the broker.</summary>
    public AmqpClient Client { get; }

    public TestHost this[string name] => Hosts[int.Parse(name[1..], CultureInfo.InvariantCulture) - 1];

    /// <summary>The host's own way to the broker.</summary>
    public TcpProxy WayOf(string name) => _ways[int.Parse(name[1..], CultureInfo.InvariantCulture) - 1];

    /// <param name="broker">Where they meet.</param>
    /// <param name="settings">For each host, the <c>AETHERSCALE_…</c> variables that are its alone.</param>
    /// <param name="images">Each host has all of them.</param>
    public static Task<TestFleet> StartAsync(Broker broker, IReadOnlyList<Dictionary<string, string>> settings, params string[] images) =>
        StartAsync(broker, broker.NewVirtualHost(), null, ports => new TcpProxy(ports), settings, images);

    /// <summary>The same where whatever a host sends comes to the broker twice.</summary>
    public static Task<TestFleet> StartDoublingAsync(Broker broker, IReadOnlyList<Dictionary<string, string>> settings, params string[] images) =>
        StartAsync(broker, broker.NewVirtualHost(), null, ports => new DoublingProxy(ports), settings, images);

    /// <summary>The same with a user for each host, and one for the client, with no rights but those of <see cref="BrokerUsers"/>.</summary>
    public static async Task<TestFleet> StartWithUsersAsync(Broker broker, IReadOnlyList<Dictionary<string, string>> settings, params string[] images)
    {
        var virtualHost = broker.NewVirtualHost();
        await BrokerUsers.AddAsync(broker, virtualHost, [.. settings.Select((_, number) => $"h{number + 1}")]);
        return await StartAsync(broker, virtualHost, BrokerUsers.Password, ports => new TcpProxy(ports), settings, images);
    }

    private static async Task<TestFleet> StartAsync(
        Broker broker, string virtualHost, string? password, Func<IReadOnlyList<int>, TcpProxy> newWay, IReadOnlyList<Dictionary<string, string>> settings, string[] images)
    {
        var url = broker.UrlOf(virtualHost, password is null ? null : BrokerUsers.Client);
        var nodes = broker.Nodes;
        var ways = settings.Select((_, number) => newWay([.. nodes.Select((_, distance) => nodes[(number + distance) % nodes.Count].Port)])).ToList();
        var hosts = settings.Select((own, number) => TestHost.Prepare(
            new Dictionary<string, string>(own)
            {
                ["AETHERSCALE_BROKER"] = string.Join(
                    ',', ways[number].Ports.Select(port => $"amqp://{(password is null ? "" : $"h{number + 1}:{password}@")}127.0.0.1:{port}/{virtualHost}")),
                ["AETHERSCALE_HOST_NAME"] = $"h{number + 1}",
            },
            images)).ToList();
        var fleet = new TestFleet(url, virtualHost, hosts, ways, await AmqpClient.ConnectAsync(url));
        try
        {
            await Task.WhenAll(hosts.Select(host => host.StartDaemonAsync()));
            await Task.WhenAll(hosts.Select(host => host.WaitForBrokerAsync()));
            await fleet.WaitForHostsAsync(hosts.Count);
            return fleet;
        }
        catch (Exception)
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same with hosts that have no settings of their own.</summary>
    public static Task<TestFleet> StartAsync(Broker broker, int hosts, params string[] images) =>
        StartAsync(broker, [.. Enumerable.Range(0, hosts).Select(_ => new Dictionary<string, string>())], images);

    /// <summary>Waits until each host knows of so many.</summary>
    public Task WaitForHostsAsync(int count) => Wait.UntilAsync($"each host knows {count}", async () =>
    {
        var lists = await Task.WhenAll(Hosts.Select(host => host.RunAsync("list-hosts")));
        return lists.All(list => list.EnumerateArray().Count(host => host.GetProperty("status").GetString() == "alive") == count);
    });

    /// <summary>Sends a command by the broker and waits for its reply.</summary>
    public async Task<JsonElement> AskAsync(string command, string options = "{}", string more = "", double seconds = 30) =>
        await Client.AskAsync($$"""{"command": "{{command}}", "options": {{options}}{{more}}}""", seconds);

    /// <summary>The response of a command that must succeed.</summary>
    public async Task<JsonElement> RunAsync(string command, string options = "{}", string more = "")
    {
        var reply = await AskAsync(command, options, more);
        Assert.True(reply.TryGetProperty("response", out var response), $"{command}: {reply}");
        return response;
    }

    /// <summary>The code of a command that must be refused, and why.</summary>
    public async Task<(string Code, string Reason)> RefusedAsync(string command, string options, string more = "")
    {
        var info = (await AskAsync(command, options, more)).GetProperty("execution-info");
        Assert.Equal("error", info.GetProperty("status").GetString());
        return (info.GetProperty("code").GetString()!, info.GetProperty("reason").GetString()!);
    }

    /// <summary>Makes a VM on that host, and waits until commands for it come there from everywhere.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateOnAsync(string host, string name, string more = "")
    {
        var id = await this[host].CreateAsync("polite", $$""", "name": "{{name}}"{{more}}""");
        await Wait.UntilAsync("the broker knows the VM", async () => (await AskAsync("show-vm", $$"""{"vm-id": "{{id}}"}""")).TryGetProperty("response", out _));
        return id;
    }

    /// <summary>What each host really has: id by id, read from each host alone, without the broker.</summary>
    public async Task<IReadOnlyList<(string Host, string Id, string? Name)>> VmsAsync()
    {
        var found = new List<(string, string, string?)>();
        foreach (var (number, host) in Hosts.Index())
        {
            foreach (var vm in (await host.RunAsync("list-vms")).EnumerateArray())
            {
                found.Add(($"h{number + 1}", vm.GetProperty("vm-id").GetString()!, vm.TryGetProperty("name", out var name) ? name.GetString() : null));
            }
        }

        return found;
    }

    /// <summary>What the hosts' logs say of something, for who has to find out why a test fails.</summary>
    public string LinesAbout(params string[] texts) => string.Join('\n', Hosts.Index()
        .SelectMany(host => host.Item.Log.Split('\n').Where(line => texts.Any(line.Contains)).Select(line => $"h{host.Index + 1} {line}")));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        foreach (var host in Hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var way in _ways)
        {
            await way.DisposeAsync();
        }
    }
}

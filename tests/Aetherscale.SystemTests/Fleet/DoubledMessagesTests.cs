using System.Text;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>
/// Proxies before the broker have every message come twice, those of clients and those of hosts: commands, receipts, replies, questions,
/// answers and events. Each command takes effect once, and whoever sent it gets one answer, however often.
/// </summary>
[Collection(FleetFaultTests.Name)]
public class DoubledMessagesTests(Broker broker) : IAsyncLifetime
{
    private readonly DoublingProxy _way = new(broker.Port);
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new();
    private TestFleet _fleet = null!;
    private AmqpClient _twice = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync($"{_folder.Path}/catalogue", $"debian:12 {_server["/debian-12.qcow2"]} SHA512SUMS\n");
        _fleet = await TestFleet.StartDoublingAsync(
            broker,
            [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { ["AETHERSCALE_HOST_CPUS"] = "100", ["AETHERSCALE_CATALOGUE"] = $"{_folder.Path}/catalogue" })],
            "polite");
        _twice = await AmqpClient.ConnectAsync(new UriBuilder(_fleet.Url) { Port = _way.Port }.Uri.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _twice.DisposeAsync();
        await _fleet.DisposeAsync();
        await _way.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    [InlineData("aetherscale.host.h1")]
    public async Task Each_command_of_a_vms_life_takes_effect_once_and_is_answered_the_same_twice(string door)
    {
        var checker = new FleetChecker(_fleet);
        var create = door == "aetherscale.host.h1" ? "aetherscale.placement" : door;
        var id = checker.Created(await TwiceAsync(create, "create-vm", """{"image": "polite", "name": "web"}"""))!;
        var host = _fleet[Assert.Single(await _fleet.VmsAsync()).Host];
        await host.WaitForConsoleAsync(id, "POLITE UP");
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("stopped", await StatusAsync(door, "stop-vm", """, "wait": true"""));
            Assert.Equal("starting", await StatusAsync(door, "start-vm"));
            await RunsAsync(host, id, round + 2);
        }

        Assert.Equal("starting", await StatusAsync(door, "restart-vm"));
        await RunsAsync(host, id, 5);
        Assert.Equal("starting", await StatusAsync(door, "restart-vm", """, "hard": true"""));
        await RunsAsync(host, id, 6);
        Assert.Equal("paused", await StatusAsync(door, "pause-vm"));
        Assert.Equal("running", await StatusAsync(door, "resume-vm"));
        Assert.Equal("killed", await StatusAsync(door, "stop-vm", """, "kill": true"""));

        string[] round1 = ["stopping", "stopped", "started"];
        Assert.Equal(
            ["created", "started", .. round1, .. round1, .. round1, .. round1, "rebooted", "paused", "resumed", "killed"],
            await WordsAsync(host, id));
        await checker.CheckAsync();
        Assert.Equal("deleted", await StatusAsync(door, "delete-vm"));
        checker.Deleted(id);
        await checker.CheckAsync();
        Assert.True(_way.Doubled >= 13, $"{_way.Doubled}");
    }

    /// <summary>Of a client that gives no ids: between the hosts each command has one.</summary>
    [Fact]
    public async Task What_hosts_send_one_another_twice_for_a_client_without_ids_takes_effect_once()
    {
        var checker = new FleetChecker(_fleet);
        for (var number = 0; number < 6; number++)
        {
            Assert.NotNull(checker.Created(await _fleet.AskAsync("create-vm", $$"""{"image": "polite", "name": "n{{number}}", "no-start": true}""", $$""", "host": "h{{1 + (number % 3)}}" """)));
        }

        var id = checker.Created(await _fleet["h1"].SendAsync("""{"command": "create-vm", "host": "h2", "options": {"image": "polite", "name": "web"}}"""))!;
        await _fleet["h2"].WaitForConsoleAsync(id, "POLITE UP");
        for (var round = 0; round < 3; round++)
        {
            var door = _fleet[round % 2 == 0 ? "h1" : "h3"];
            Assert.Equal("stopped", (await door.RunAsync("stop-vm", """{"vm-id": "web"}""")).GetProperty("status").GetString());
            Assert.Equal("starting", (await door.RunAsync("start-vm", """{"vm-id": "web"}""")).GetProperty("status").GetString());
            await RunsAsync(_fleet["h2"], id, round + 2);
        }

        string[] round1 = ["stopping", "stopped", "started"];
        Assert.Equal(["created", "started", .. round1, .. round1, .. round1], await WordsAsync(_fleet["h2"], id));
        await checker.CheckAsync();
    }

    [Fact]
    public async Task Creates_at_every_door_at_once_make_the_vms_that_their_replies_promise()
    {
        var checker = new FleetChecker(_fleet);
        _fleet["h2"].DropImage("polite", "guest");
        var creates = Enumerable.Range(0, 24).Select(async number =>
        {
            var door = (string[])["vm-queue", "computing", "aetherscale.placement"];
            var (image, host) = (number % 4 == 3 ? "guest" : "polite", number % 5 == 4 ? """, "host": "h3" """ : "");
            var reply = await TwiceAsync(door[number % 3], "create-vm", $$"""{"image": "{{image}}", "name": "n{{number}}", "no-start": true}""", host);
            checker.MustBeCreated(reply, $"n{number}");
        });
        await Task.WhenAll(creates);

        Assert.Equal(24, checker.Promised);
        await checker.CheckAsync();

        // h3 has fetched it for one of them, once.
        Assert.Equal("fleet:h2", (await _fleet["h3"].RunAsync("show-image", """{"name": "guest"}""")).GetProperty("source").GetString());
        Assert.All(_fleet.Hosts, host => Assert.Equal(1, host.Count("Takes commands from the broker")));
    }

    [Fact]
    public async Task Images_and_hosts_are_dealt_with_once()
    {
        var checker = new FleetChecker(_fleet);
        var polite = await File.ReadAllBytesAsync($"{TestEnvironment.Images}/polite.qcow2", TestContext.Current.CancellationToken);
        _server.Files["/debian-12.qcow2"] = polite;
        _server.Files["/SHA512SUMS"] = Encoding.UTF8.GetBytes(CatalogueServer.Checksums("debian", "debian-12.qcow2", polite));
        const string There = """, "host": "h2" """;
        Assert.Equal("debian_12", Response(await TwiceAsync("vm-queue", "pull-image", """{"image": "debian:12"}""", There)).GetProperty("name").GetString());
        Assert.Single(_server.Requests, request => request.StartsWith("/debian-12.qcow2", StringComparison.Ordinal));
        await TwiceAsync("vm-queue", "copy-image", """{"name": "debian_12", "new-name": "guest"}""", There);
        await TwiceAsync("computing", "delete-image", """{"name": "debian_12"}""", There);
        Assert.Equal(["guest", "polite"], (await _fleet["h2"].RunAsync("list-images")).EnumerateArray().Select(image => image.GetProperty("name").GetString()).Order());

        Assert.Equal("cordoned", Response(await TwiceAsync("vm-queue", "cordon-host", """{"host": "h2"}""")).GetProperty("status").GetString());
        for (var number = 0; number < 3; number++)
        {
            Assert.NotEqual("h2", Host(await CreatedAsync($"n{number}", "polite")));
        }

        Assert.Equal("alive", Response(await TwiceAsync("computing", "uncordon-host", """{"host": "h2"}""")).GetProperty("status").GetString());
        Assert.Equal("h2", Host(await CreatedAsync("there", "guest")));
        await checker.CheckAsync();

        async Task<JsonElement> CreatedAsync(string name, string image)
        {
            var reply = await TwiceAsync("vm-queue", "create-vm", $$"""{"image": "{{image}}", "name": "{{name}}", "no-start": true}""");
            checker.MustBeCreated(reply, name);
            return reply;
        }
    }

    private static JsonElement Response(JsonElement reply) => reply.GetProperty("response");

    private static string? Host(JsonElement reply) => reply.GetProperty("execution-info").GetProperty("host").GetString();

    private async Task<string?> StatusAsync(string door, string command, string more = "") =>
        (await TwiceAsync(door, command, $$"""{"vm-id": "web"{{more}}}""")).GetProperty("response").GetProperty("status").GetString();

    /// <summary>Sends a request with an id of its own, twice, and waits for the replies to both, which come twice themselves.</summary>
    private async Task<JsonElement> TwiceAsync(string door, string command, string options, string more = "")
    {
        var body = $$"""{"command": "{{command}}", "options": {{options}}, "request-id": "r{{Interlocked.Increment(ref _requests)}}"{{more}}}""";
        var message = await (door == "computing" ? _twice.SendAsync(body, door, command) : _twice.SendAsync(body, "", door));
        await Wait.UntilAsync($"{body} is answered four times", () => _twice.RepliesTo(message).Count >= 4, 40);
        var reply = Assert.Single(_twice.RepliesTo(message).Distinct());
        Assert.True((await _twice.ReplyAsync(message)).TryGetProperty("response", out _), $"{body}: {reply}");
        return await _twice.ReplyAsync(message);
    }

    private static Task RunsAsync(TestHost host, string id, int times) =>
        Wait.UntilAsync($"the guest is up {times} times", () => host.ConsoleOf(id).Split("POLITE UP").Length - 1 == times);

    /// <summary>All that has happened to the VM; what is written a moment later is waited for.</summary>
    private static async Task<IReadOnlyList<string>> WordsAsync(TestHost host, string id)
    {
        await Task.Delay(500, TestContext.Current.CancellationToken);
        return [.. (await File.ReadAllLinesAsync($"{host.Data}/vms/{id}/history.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
    }
}

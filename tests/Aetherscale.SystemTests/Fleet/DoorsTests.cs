using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Every command for a VM of another host, by each of the doors.</summary>
[Collection(FleetTests.Name)]
public class DoorsTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Theory]
    [InlineData("socket of h1")]
    [InlineData("socket of h2")]
    [InlineData("socket of h3")]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    public async Task A_vm_of_h2_lives_its_life_by_any_door(string door)
    {
        var id = (await _fleet["h2"].RunAsync("create-vm", """{"image": "polite", "name": "web"}""")).GetProperty("vm-id").GetString()!;
        await Wait.UntilAsync("the door knows the VM", async () => (await AskAsync(door, "show-vm", Web())).TryGetProperty("response", out _));
        await _fleet["h2"].WaitForConsoleAsync(id, "POLITE UP");

        Assert.Equal("running", await StatusAfterAsync(door, "show-vm", Web()));
        Assert.Equal("paused", await StatusAfterAsync(door, "pause-vm", Web()));
        Assert.Equal("running", await StatusAfterAsync(door, "resume-vm", Web()));
        Assert.Equal(id, (await RunAsync(door, "wait-vm", Web(""", "for": "running" """))).GetProperty("vm-id").GetString());
        Assert.NotEmpty((await RunAsync(door, "logs-vm", Web(""", "lines": 10 """))).GetProperty("lines").EnumerateArray());
        Assert.NotEmpty((await RunAsync(door, "why-vm", Web())).GetProperty("events").EnumerateArray());
        Assert.Equal("agent-unavailable", await CodeOfAsync(door, "exec-vm", Web(""", "command": ["true"], "timeout": 1 """)));
        Assert.NotNull(await StatusAfterAsync(door, "restart-vm", Web(""", "hard": true""")));
        Assert.Equal("killed", await StatusAfterAsync(door, "stop-vm", Web(""", "kill": true""")));
        Assert.Equal("starting", await StatusAfterAsync(door, "start-vm", Web()));
        Assert.Contains(
            (await RunAsync(door, "list-vms", """{"fleet": true}""")).EnumerateArray(),
            vm => (vm.GetProperty("vm-id").GetString(), vm.GetProperty("host").GetString()) == (id, "h2"));
        Assert.Equal("deleted", await StatusAfterAsync(door, "delete-vm", Web()));
        Assert.Equal("vm-not-found", await CodeOfAsync(door, "show-vm", Web()));
        Assert.Empty(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task Create_is_taken_by_each_door_and_each_vm_is_where_its_reply_says()
    {
        var checker = new FleetChecker(_fleet);
        foreach (var door in new[] { "socket of h1", "socket of h2", "socket of h3", "vm-queue", "computing", "aetherscale.placement" })
        {
            for (var number = 0; number < 3; number++)
            {
                var name = $"{door.Replace(' ', '-').Replace('.', '-')}-{number}";
                Assert.NotNull(checker.Created(await AskAsync(door, "create-vm", $$"""{"image": "polite", "name": "{{name}}", "no-start": true}""")));
            }
        }

        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_name_that_several_sockets_are_asked_for_at_once_is_one_vms()
    {
        var checker = new FleetChecker(_fleet);
        for (var round = 0; round < 5; round++)
        {
            var replies = await Task.WhenAll(_fleet.Hosts.Select(
                host => host.SendAsync($$$"""{"command": "create-vm", "options": {"image": "polite", "name": "n{{{round}}}", "no-start": true}}""")));
            Assert.Single(replies, reply => checker.Created(reply) is not null);
            Assert.Equal(2, replies.Count(reply => reply.GetProperty("execution-info").TryGetProperty("code", out var code) && code.GetString() == "name-taken"));
        }

        await checker.CheckAsync();
    }

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    [InlineData("direct")]
    [InlineData("no-correlation-id")]
    public async Task Clients_of_the_first_protocols_find_a_fleet_as_they_found_a_host(string layout)
    {
        var lines = await PikaClient.RunAsync("session", _fleet.Url, layout, "polite");

        Assert.Equal(
            [
                "create-vm starting", "list-vms ['running']", "stop-vm stopped", "list-vms ['stopped']",
                "start-vm starting", "list-vms ['running']", "delete-vm deleted", "list-vms []",
            ],
            lines);
        Assert.Empty(await _fleet.VmsAsync());
    }

    private static string Web(string more = "") => $$"""{"vm-id": "web"{{more}}}""";

    private async Task<JsonElement> AskAsync(string door, string command, string options)
    {
        var body = $$"""{"command": "{{command}}", "options": {{options}}}""";
        return door.StartsWith("socket of ", StringComparison.Ordinal) ? await _fleet[door[^2..]].SendAsync(body)
            : door == "computing" ? await _fleet.Client.ReplyAsync(await _fleet.Client.SendAsync(body, door, command), 30)
            : await _fleet.Client.ReplyAsync(await _fleet.Client.SendAsync(body, "", door), 30);
    }

    private async Task<JsonElement> RunAsync(string door, string command, string options)
    {
        var reply = await AskAsync(door, command, options);
        Assert.True(reply.TryGetProperty("response", out var response), $"{command}: {reply}");
        return response;
    }

    private async Task<string?> StatusAfterAsync(string door, string command, string options) =>
        (await RunAsync(door, command, options)).GetProperty("status").GetString();

    private async Task<string?> CodeOfAsync(string door, string command, string options) =>
        (await AskAsync(door, command, options)).GetProperty("execution-info").GetProperty("code").GetString();
}

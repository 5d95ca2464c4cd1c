using System.Diagnostics;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>What waits for what, and for how long.</summary>
[Collection(BrokerTests.Name)]
public sealed class OrderTests(Broker broker) : IAsyncLifetime
{
    private const string List = """{"command": "list-vms"}""";

    private readonly string _url = broker.UrlOf(broker.NewVirtualHost());
    private TestHost _host = null!;
    private AmqpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = _url }, "polite", "deaf");
        await _host.WaitForBrokerAsync();
        _client = await AmqpClient.ConnectAsync(_url);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Messages_for_one_vm_take_effect_in_the_order_in_which_they_were_sent()
    {
        var id = await CreateAsync("polite", "POLITE UP");
        var sent = new List<string>();
        for (var round = 0; round < 5; round++)
        {
            sent.Add(await _client.SendAsync(Message("stop-vm", id, """, "kill": true""")));
            sent.Add(await _client.SendAsync(Message("start-vm", id)));
        }

        var answers = new List<string?>();
        foreach (var message in sent)
        {
            answers.Add(Status(await _client.ReplyAsync(message, 30)));
        }

        Assert.Equal(sent.Select((_, number) => number % 2 == 0 ? "killed" : "starting"), answers);
        Assert.Equal("running", await _host.StatusAsync(id));
    }

    [Fact]
    public async Task Commands_by_the_name_that_a_create_gives_may_follow_it_at_once()
    {
        for (var round = 0; round < 3; round++)
        {
            // The first round has the image adopted, which takes its time; all of them send it all before the first answer.
            var name = $"web-{round}";
            string[] messages =
            [
                $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}"}}""",
                Message("stop-vm", name, """, "kill": true"""),
                Message("start-vm", name),
                Message("pause-vm", name),
                Message("show-vm", name),
                Message("resume-vm", name),
                Message("wait-vm", name, """, "for": "running" """),
                Message("restart-vm", name, """, "hard": true"""),
                Message("delete-vm", name),
            ];
            var sent = new List<string>();
            foreach (var message in messages)
            {
                sent.Add(await _client.SendAsync(message));
            }

            var answers = new List<string?>();
            foreach (var message in sent)
            {
                answers.Add(Said(await _client.ReplyAsync(message, 30)));
            }

            // show-vm takes no turn: it tells of the VM as soon as there is one.
            Assert.Equal(["starting", "killed", "starting", "paused", answers[4], "running", "running", "starting", "deleted"], answers);
            Assert.NotEqual("vm-not-found", answers[4]);
        }
    }

    [Fact]
    public async Task What_follows_a_create_that_fails_finds_no_vm()
    {
        var create = await _client.SendAsync("""{"command": "create-vm", "options": {"image": "nosuch", "name": "web"}}""");
        var stop = await _client.SendAsync(Message("stop-vm", "web"));
        var delete = await _client.SendAsync(Message("delete-vm", "web"));

        Assert.Equal("image-not-found", Said(await _client.ReplyAsync(create)));
        Assert.Equal("vm-not-found", Said(await _client.ReplyAsync(stop)));
        Assert.Equal("vm-not-found", Said(await _client.ReplyAsync(delete)));
    }

    [Fact]
    public async Task A_polite_guest_is_stopped_when_the_answer_comes_and_a_deaf_one_stopping_within_four_seconds()
    {
        var polite = await CreateAsync("polite", "POLITE UP");
        var deaf = await CreateAsync("deaf", "DEAF UP");
        var started = Stopwatch.GetTimestamp();
        var deafStop = await _client.SendAsync(Message("stop-vm", deaf));
        var politeStop = await _client.SendAsync(Message("stop-vm", polite));

        Assert.Equal("stopped", Status(await _client.ReplyAsync(politeStop)));
        Assert.Equal("stopping", Status(await _client.AskAsync(List), deaf));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 2.5);
        Assert.Equal("stopping", Status(await _client.ReplyAsync(deafStop)));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 2.5, 4);
    }

    [Fact]
    public async Task Many_stops_that_take_long_hold_up_nobody()
    {
        var deaf = await CreateAsync("deaf", "DEAF UP");
        for (var number = 0; number < 70; number++)
        {
            await _client.SendAsync(Message("stop-vm", deaf, """, "wait": true, "timeout": 15"""));
        }

        await Wait.UntilAsync("it is being stopped", async () => Status(await _client.AskAsync(List), deaf) == "stopping", 5);
        var lists = _client.Replies;
        Assert.Equal("killed", Status(await _client.AskAsync(Message("stop-vm", deaf, """, "kill": true"""), 10)));
        await Wait.UntilAsync("all are answered", () => _client.Replies == lists + 71);
    }

    [Fact]
    public async Task A_command_whose_deadline_passes_while_it_waits_for_its_turn_is_dropped_and_counted_unless_it_was_answered_before()
    {
        var deaf = await CreateAsync("deaf", "DEAF UP");
        var before = await _client.SendAsync(Message("stop-vm", deaf, """, "wait": true, "timeout": 6"""));
        var soon = $$"""{"deadline": "{{DateTimeOffset.UtcNow.AddSeconds(2):O}}", """;
        string[] late = ["start-vm", "restart-vm", "pause-vm", "resume-vm", "stop-vm"];
        var sent = await Task.WhenAll(late.Select(command => _client.SendAsync(soon + Message(command, deaf)[1..])));
        var byExpiration = await _client.SendAsync(Message("start-vm", deaf), expiration: "2000");
        var promised = await _client.SendAsync($$"""{"deadline": "{{DateTimeOffset.UtcNow.AddSeconds(5):O}}", """ + Message("stop-vm", deaf)[1..]);

        Assert.Equal("stopping", Said(await _client.ReplyAsync(promised)));
        Assert.Equal("killed", Said(await _client.ReplyAsync(before, 20)));
        foreach (var message in sent.Append(byExpiration))
        {
            Assert.Equal("deadline-passed", Said(await _client.ReplyAsync(message, 20)));
        }

        Assert.Equal("stopped", await _host.StatusAsync(deaf));
        Assert.Equal(late.Length + 1, (await _host.RunAsync("show-host")).GetProperty("expired").GetInt64());
        Assert.Equal(0, _host.Count("failed after its reply was sent"));
    }

    [Fact]
    public async Task A_message_id_is_the_request_id_unless_the_body_has_one()
    {
        var first = await _client.SendAsync(List, messageId: "from-properties");
        var second = await _client.SendAsync("""{"command": "list-vms", "request-id": "from-body"}""", messageId: "from-properties");
        var third = await _client.SendAsync(List, messageId: "no id");
        var fourth = await _client.SendAsync("""{"command": "dance"}""", messageId: "from-properties");

        Assert.Equal(
            ["from-properties", "from-body", null, "from-properties"],
            (await Task.WhenAll(new[] { first, second, third, fourth }.Select(id => _client.ReplyAsync(id))))
                .Select(reply => reply.GetProperty("execution-info").TryGetProperty("request-id", out var id) ? id.GetString() : null));
    }

    [Fact]
    public async Task A_daemon_that_is_stopped_answers_what_is_under_way_and_leaves_the_rest_to_the_next_one()
    {
        var deaf = await CreateAsync("deaf", "DEAF UP");
        var stop = await _client.SendAsync(Message("stop-vm", deaf, """, "wait": true"""));
        await Wait.UntilAsync("the stop is under way", async () => await _host.StatusAsync(deaf) == "stopping");
        var started = Stopwatch.GetTimestamp();

        await _host.StopDaemonAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        var info = (await _client.ReplyAsync(stop)).GetProperty("execution-info");
        Assert.Equal("error", info.GetProperty("status").GetString());
        Assert.Contains("The daemon is stopping", info.GetProperty("reason").GetString());
        var list = await _client.SendAsync(List);
        await _host.StartDaemonAsync();
        Assert.Equal("stopping", Status(await _client.ReplyAsync(list, 10), deaf));
    }

    private static string Message(string command, string id, string more = "") =>
        $$$"""{"command": "{{{command}}}", "options": {"vm-id": "{{{id}}}"{{{more}}}}}""";

    private static string? Status(JsonElement reply) => reply.GetProperty("response").GetProperty("status").GetString();

    private static string? Said(JsonElement reply) =>
        reply.TryGetProperty("response", out _) ? Status(reply) : reply.GetProperty("execution-info").GetProperty("code").GetString();

    private static string? Status(JsonElement list, string id) => list.GetProperty("response").EnumerateArray()
        .First(vm => vm.GetProperty("vm-id").GetString() == id).GetProperty("status").GetString();

    private async Task<string> CreateAsync(string image, string console)
    {
        var id = await _host.CreateAsync(image);
        await _host.WaitForConsoleAsync(id, console);
        return id;
    }
}

using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary><c>wait-vm</c> for what a real Linux guest does once it is up, by both doors.</summary>
[Collection(BrokerTests.Name)]
public sealed class WaitForGuestTests(Broker broker)
{
    private const int Patience = 150;

    [Fact]
    public async Task A_linux_guest_is_waited_for_from_its_create_to_its_power_off()
    {
        var url = broker.UrlOf(broker.NewVirtualHost());
        await using var host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url }, "tiny");
        await host.WaitForBrokerAsync();
        await using var client = await AmqpClient.ConnectAsync(url);

        // All of it before the first answer: each wait stands in line behind the create.
        var create = await client.SendAsync("""{"command": "create-vm", "options": {"image": "tiny", "name": "web"}}""");
        string[] goals = ["running", "ip", "port=22", "ssh", "agent"];
        var waits = new List<string>();
        foreach (var goal in goals)
        {
            waits.Add(await client.SendAsync(Wait("web", goal, Patience)));
        }

        Assert.Equal("starting", StatusOf(await client.ReplyAsync(create, 30)));
        foreach (var wait in waits)
        {
            Assert.Equal("running", StatusOf(await client.ReplyAsync(wait, Patience)));
        }

        // What was waited for is so, and is found at once by whoever asks again.
        var typed = await host.CliAsync("wait-vm", "web", "--for", "ssh", "--timeout", "5");
        Assert.Equal((0, ""), (typed.ExitCode, typed.Error));
        Assert.Matches(@"\AVM-ID +NAME +STATUS +ADDRESS\n[a-z]{8}  web   running  10\.77\.[0-9.]+\n\z", typed.Output);
        Assert.Equal(0, (await Networking.Ssh.RunAsync(host, "web", "true")).ExitCode);
        Assert.Equal(0, (await host.CliAsync("wait-vm", "web", "--for", "agent", "--timeout", "5")).ExitCode);

        var closed = await host.CliAsync("wait-vm", "web", "--for", "port=81", "--timeout", "2");
        Assert.Equal(1, closed.ExitCode);
        Assert.Matches(@"port 81 of [0-9.]+: Connection refused\. \(timeout\)\n\z", closed.Error);

        var stopped = await client.SendAsync(Wait("web", "stopped", 60));
        await Networking.Ssh.RunAsync(host, "web", "poweroff");
        Assert.Equal("stopped", StatusOf(await client.ReplyAsync(stopped, 60)));
    }

    private static string Wait(string vm, string goal, int seconds) =>
        $$$"""{"command": "wait-vm", "options": {"vm-id": "{{{vm}}}", "for": "{{{goal}}}", "timeout": {{{seconds}}}}}""";

    private static string? StatusOf(JsonElement reply) =>
        reply.TryGetProperty("response", out var response) ? response.GetProperty("status").GetString() : reply.ToString();
}

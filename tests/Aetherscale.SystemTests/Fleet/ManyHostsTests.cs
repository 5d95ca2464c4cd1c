using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>So many hosts that not all are asked at once.</summary>
[Collection(FleetTests.Name)]
[Trait("length", "long")]
public sealed class ManyHostsTests(Broker broker)
{
    private const int Hosts = 20;

    [Fact]
    public async Task The_last_rooms_are_found_whichever_hosts_are_asked_and_then_each_host_says_what_it_lacks()
    {
        var settings = Enumerable.Range(1, Hosts).Select(number => new Dictionary<string, string>
        {
            ["AETHERSCALE_HOST_MEMORY_MIB"] = number > Hosts - 2 ? "512" : "64",
            ["AETHERSCALE_HOST_CPUS"] = "100",
        });
        await using var fleet = await TestFleet.StartAsync(broker, [.. settings], "polite");
        var checker = new FleetChecker(fleet);

        var sent = new List<string>();
        for (var number = 0; number < 12; number++)
        {
            sent.Add(await fleet.Client.SendAsync(
                $$$"""{"command": "create-vm", "options": {"image": "polite", "memory": 128, "no-start": true}, "request-id": "r{{{number}}}"}"""));
        }

        var refused = new List<string>();
        foreach (var message in sent)
        {
            var reply = await fleet.Client.ReplyAsync(message, 120);
            if (checker.Created(reply) is null)
            {
                refused.Add(reply.GetProperty("execution-info").GetProperty("reason").GetString()!);
            }
        }

        Assert.Equal((8, 4), (checker.Promised, refused.Count));
        Assert.All(refused, reason => Assert.All(fleet.Hosts.Index(), host => Assert.Contains($"h{host.Index + 1}: ", reason)));
        await checker.CheckAsync();
    }
}

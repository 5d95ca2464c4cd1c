using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>A broker that takes no long messages, as its setting <c>max_message_size</c> says: what hosts have to say is longer.</summary>
public sealed class MessageSizeTests : IAsyncLifetime
{
    private readonly Broker _broker = new() { MoreSettings = "max_message_size = 8192" };

    public ValueTask InitializeAsync() => _broker.InitializeAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_reply_that_the_broker_does_not_take_is_told_and_costs_no_connection()
    {
        await using var fleet = await TestFleet.StartAsync(_broker, 2, "polite");
        for (var number = 0; number < 60; number++)
        {
            await fleet["h1"].CreateAsync("polite", $$""", "name": "n{{number}}", "no-start": true""");
        }

        for (var round = 0; round < 2; round++)
        {
            var (code, reason) = await fleet.RefusedAsync("list-vms", "{}", """, "host": "h1" """);
            Assert.Equal("reply-too-large", code);
            Assert.Contains("max_message_size", reason);
            Assert.Equal("n7", (await fleet.RunAsync("show-vm", """{"vm-id": "n7"}""")).GetProperty("name").GetString());
        }

        Assert.Equal(60, (await fleet["h1"].RunAsync("list-vms")).GetArrayLength());
        Assert.Equal(1, fleet["h1"].Count("Takes commands from the broker"));
        Assert.Equal(1, fleet["h2"].Count("Takes commands from the broker"));
    }
}

using Aetherscale.Contract;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>Messages of more than 1 MiB: RabbitMQ takes them, and the daemon does not read them.</summary>
[Collection(BrokerTests.Name)]
public sealed class LongMessageTests(Broker broker) : IAsyncLifetime
{
    private readonly string _virtualHost = broker.NewVirtualHost();
    private TestHost _host = null!;
    private AmqpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var url = broker.UrlOf(_virtualHost);
        _host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = url }, "polite");
        await _host.WaitForBrokerAsync();
        _client = await AmqpClient.ConnectAsync(url);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(1, '}')]
    [InlineData(20 << 20, '}')]
    [InlineData(1, '!')]
    public async Task A28_A_message_over_1_MiB_is_refused_unparsed_and_the_next_one_answered(int tooMany, char end)
    {
        var info = (await _client.AskAsync(Create(ApiRoutes.MaxRequestBytes + tooMany, end), seconds: 30)).GetProperty("execution-info");

        Assert.Equal("bad-request", info.GetProperty("code").GetString());
        Assert.Contains("longer than 1048576 bytes", info.GetProperty("reason").GetString());
        Assert.Equal(0, (await _client.AskAsync("""{"command": "list-vms"}""")).GetProperty("response").GetArrayLength());
        Assert.Empty(Directory.GetFileSystemEntries($"{_host.Data}/vms"));
        Assert.Equal(1, _host.Count("Takes commands from the broker"));
        await broker.WaitForEmptyQueuesAsync(_virtualHost);
    }

    [Fact]
    public async Task A28_A_message_of_exactly_1_MiB_is_carried_out()
    {
        var reply = await _client.AskAsync(Create(ApiRoutes.MaxRequestBytes, '}'), seconds: 30);

        Assert.Equal("stopped", reply.GetProperty("response").GetProperty("status").GetString());
        await broker.WaitForEmptyQueuesAsync(_virtualHost);
    }

    /// <param name="length">Of the message, in bytes.</param>
    /// <param name="end">Its last byte; the request is a good one only with a brace.</param>
    private static string Create(int length, char end) =>
        """{"command": "create-vm", "options": {"image": "polite", "no-start": true}""".PadRight(length - 1) + end;
}

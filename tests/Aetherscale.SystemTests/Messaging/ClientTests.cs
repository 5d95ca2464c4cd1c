using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>Clients that are not ours, with real VMs.</summary>
[Collection(BrokerTests.Name)]
public sealed class ClientTests(Broker broker) : IAsyncLifetime
{
    private readonly string _url = broker.UrlOf(broker.NewVirtualHost());
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = _url }, "polite", "deaf");
        await _host.WaitForBrokerAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    [InlineData("direct")]
    [InlineData("no-correlation-id")]
    public async Task A_client_creates_lists_stops_starts_and_deletes_a_vm(string layout)
    {
        var lines = await PikaClient.RunAsync("session", _url, layout, "polite");

        Assert.Equal(
            [
                "create-vm starting", "list-vms ['running']", "stop-vm stopped", "list-vms ['stopped']",
                "start-vm starting", "list-vms ['running']", "delete-vm deleted", "list-vms []",
            ],
            lines);
    }
}

using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

/// <summary>Two Linux guests, <c>web</c> and <c>peer</c>, on a network of their own. The tests that use them run one by one.</summary>
public sealed class GuestPair : IAsyncLifetime
{
    public const string Web = "web";
    public const string Peer = "peer";

    internal TestHost Host { get; private set; } = null!;

    /// <summary>The daemon's broker, besides its socket.</summary>
    internal Broker Broker { get; } = new();

    /// <summary>Its URL.</summary>
    internal string BrokerUrl => Broker.UrlOf("v1");

    public async ValueTask InitializeAsync()
    {
        await Broker.InitializeAsync();
        Host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = BrokerUrl }, "tiny", "polite");
        foreach (var name in new[] { Web, Peer })
        {
            await Host.CreateAsync("tiny", $$""", "name": "{{name}}" """);
        }

        foreach (var name in new[] { Web, Peer })
        {
            await Host.WaitForConsoleAsync(await IdOfAsync(name), "aetherscale tiny guest ready");
        }

        await Host.WaitForBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Broker.DisposeAsync();
    }

    /// <summary>Runs a command in the guest <c>web</c>.</summary>
    internal Task<ToolResult> InWebAsync(string command, string? input = null) => Ssh.RunAsync(Host, Web, command, input);

    internal Task<ToolResult> InPeerAsync(string command) => Ssh.RunAsync(Host, Peer, command);

    internal async Task<string> IdOfAsync(string name) =>
        (await Host.RunAsync("show-vm", $$"""{"vm-id": "{{name}}"}""")).GetProperty("vm-id").GetString()!;

    internal async Task<string> AddressOfAsync(string name) =>
        (await Host.RunAsync("show-vm", $$"""{"vm-id": "{{name}}"}""")).GetProperty("address").GetString()!;
}

/// <summary>One set of guests for all of these, and no other heavy test beside them.</summary>
[CollectionDefinition(Name)]
public sealed class LinuxGuests : ICollectionFixture<GuestPair>
{
    public const string Name = "Linux guests on a network";
}

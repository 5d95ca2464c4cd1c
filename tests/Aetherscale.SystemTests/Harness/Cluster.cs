namespace Aetherscale.SystemTests.Harness;

/// <summary>A broker of three nodes. Of a fleet at it each host has a node beside it, which it goes to first.</summary>
public sealed class Cluster : IAsyncLifetime
{
    public Broker First { get; } = new();

    public IReadOnlyList<Broker> Nodes => First.Nodes;

    public async ValueTask InitializeAsync()
    {
        await First.InitializeAsync();
        await Broker.JoinAsync(First);
        await Broker.JoinAsync(First);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes.Reverse())
        {
            await node.DisposeAsync();
        }
    }
}

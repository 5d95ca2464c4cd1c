namespace Aetherscale.Commands;

/// <summary>What a client is joined to at a guest: a port, or its console.</summary>
internal interface IGuestSession : IAsyncDisposable
{
    /// <summary>Carries bytes both ways until it is over, or the client has gone.</summary>
    public Task CarryAsync(IConnectedClient client, CancellationToken cancellationToken);
}

namespace Aetherscale.Commands;

/// <summary>The client's side of a carried connection, whichever door it came in by.</summary>
internal interface IConnectedClient : IAsyncDisposable
{
    /// <summary>To and from the client; what is flushed is on its way.</summary>
    public Stream Bytes { get; }

    /// <summary>Tells the client that the guest has ended its output, while the client may go on with its own.</summary>
    /// <exception cref="IOException">The client has gone.</exception>
    public ValueTask EndWritingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether nobody is left to read what the guest sends. After <see cref="EndWritingAsync"/> nobody needs to be, as long as
    /// the end of what the client sends will still be seen.
    /// </summary>
    public bool IsGone();
}

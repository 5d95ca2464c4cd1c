namespace Aetherscale.Cli.Transport;

/// <summary>The bytes to and from a port of a guest; each direction ends by itself.</summary>
/// <remarks>Reading and writing throw <see cref="CliException"/> when the connection breaks.</remarks>
internal interface IGuestStream : IAsyncDisposable
{
    /// <summary>What the guest sent; 0 bytes: it has ended its output.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Tells the guest that no more will come.</summary>
    public ValueTask EndWritingAsync(CancellationToken cancel);

    /// <summary>Whether nobody is left to read what would be written.</summary>
    public bool IsDeaf();
}

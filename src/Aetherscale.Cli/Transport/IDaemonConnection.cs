namespace Aetherscale.Cli.Transport;

/// <summary>A connection to the daemon's socket, opened.</summary>
internal interface IDaemonConnection : IDisposable
{
    /// <summary>0 bytes: the daemon has hung up.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes);
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aetherscale.VirtualMachines.Consoles;

/// <summary>One of those who watch a guest's console, and type on it.</summary>
internal sealed class ConsoleViewer(SharedConsole console) : IDisposable
{
    /// <summary>Bytes that wait for it; one that lets more come together is dropped.</summary>
    public const int MaxWaiting = 1024 * 1024;

    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly CancellationTokenSource _dropped = new();
    private int _waitingBytes;

    /// <summary>Cancelled when it was too slow.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>Never waits.</summary>
    /// <returns>False when it has not kept up, and is to get nothing more.</returns>
    public bool Offer(ReadOnlyMemory<byte> printed)
    {
        if (Interlocked.Add(ref _waitingBytes, printed.Length) <= MaxWaiting)
        {
            return _waiting.Writer.TryWrite(printed);
        }

        _waiting.Writer.TryComplete();

        // Whoever waits for it must not go on in here.
        _ = _dropped.CancelAsync();
        return false;
    }

    /// <summary>Nothing more will come: QEMU has ended.</summary>
    public void End() => _waiting.Writer.TryComplete();

    /// <summary>What the guest prints, until QEMU ends.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var printed in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            Interlocked.Add(ref _waitingBytes, -printed.Length);
            yield return printed;
        }
    }

    /// <summary>Types on the console, as fast as the guest reads.</summary>
    /// <exception cref="IOException">QEMU has ended.</exception>
    public Task TypeAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken) => console.TypeAsync(typed, cancellationToken);

    public void Dispose()
    {
        console.Leave(this);
        _dropped.Dispose();
    }
}

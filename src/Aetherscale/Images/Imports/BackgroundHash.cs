using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Aetherscale.Images.Imports;

/// <summary>Hashes bytes beside whoever has them, in the order in which they come, on a core of its own where there is one.</summary>
internal sealed class BackgroundHash : IAsyncDisposable
{
    private const int ChunksInLine = 4;

    private readonly Channel<(byte[] Bytes, int Count)> _chunks = Channel.CreateBounded<(byte[], int)>(ChunksInLine);
    private readonly Task<string> _result;

    public BackgroundHash(HashAlgorithmName algorithm) => _result = Task.Run(() => HashAsync(algorithm));

    /// <summary>Takes a copy; waits while too much is in line.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        await _chunks.Writer.WriteAsync((copy, bytes.Length), cancellation);
    }

    /// <summary>The hash of all that was appended, in lower-case hexadecimal digits.</summary>
    public Task<string> FinishAsync()
    {
        _chunks.Writer.TryComplete();
        return _result;
    }

    public async ValueTask DisposeAsync() => await FinishAsync();

    private async Task<string> HashAsync(HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        await foreach (var (bytes, count) in _chunks.Reader.ReadAllAsync(CancellationToken.None))
        {
            hash.AppendData(bytes, 0, count);
            ArrayPool<byte>.Shared.Return(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

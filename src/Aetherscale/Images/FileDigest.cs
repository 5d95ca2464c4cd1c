using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Images;

/// <summary>SHA-256 of a whole file.</summary>
internal static class FileDigest
{
    private const int ChunkSize = 1 << 18;

    /// <summary>
    /// Reads the file from its start, whatever its size, in constant memory; 64 lower-case hex digits.
    /// </summary>
    public static Task<string> ComputeAsync(SafeFileHandle file, CancellationToken cancellation) => ComputeAsync(file, _ => { }, cancellation);

    /// <summary>The same, and tells how far it is: the bytes of each step.</summary>
    public static async Task<string> ComputeAsync(SafeFileHandle file, Action<long> onBytes, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            long offset = 0;
            int read;
            while ((read = await RandomAccess.ReadAsync(file, chunk, offset, cancellation)) > 0)
            {
                hash.AppendData(chunk, 0, read);
                offset += read;
                onBytes(read);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}

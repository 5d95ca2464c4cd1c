using System.IO.Compression;
using Aetherscale.Processes;
using ZstdSharp;

namespace Aetherscale.Images.Imports;

/// <summary>Unpacks gzip, xz and Zstandard on the way, told by their first bytes.</summary>
internal sealed class Unpacker(ProcessRunner programs)
{
    private const int MagicBytes = 6;

    private static readonly byte[] s_gzip = [0x1f, 0x8b];
    private static readonly byte[] s_xz = [0xfd, .. "7zXZ\0"u8];
    private static readonly byte[] s_zstandard = [0x28, 0xb5, 0x2f, 0xfd];

    /// <summary>The content, whether or not it is packed.</summary>
    /// <param name="packed">Stays the caller's.</param>
    /// <param name="cancellationToken">For the first bytes.</param>
    public async Task<Stream> OpenAsync(Stream packed, CancellationToken cancellationToken)
    {
        var peeked = new PeekedStream(packed);
        var magic = await peeked.PeekAsync(MagicBytes, cancellationToken);
        return magic.Span.StartsWith(s_gzip) ? new GZipStream(peeked, CompressionMode.Decompress, leaveOpen: true)
            : magic.Span.StartsWith(s_xz) ? new XzStream(peeked, programs)
            : magic.Span.StartsWith(s_zstandard) ? new DecompressionStream(peeked, leaveOpen: true)
            : peeked;
    }
}

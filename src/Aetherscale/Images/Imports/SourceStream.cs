using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>The source's bytes as they come: counted, and hashed if there is something to compare with.</summary>
internal sealed class SourceStream(Stream source, ImportMeter meter, BackgroundHash? hash) : ReadOnlyStream
{
    /// <summary>As much lies in line to be hashed at a time, several times over.</summary>
    private const int LargestPart = 128 * 1024;

    /// <summary>Bytes that were read so far.</summary>
    public long Count { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer = buffer[..Math.Min(buffer.Length, LargestPart)];
        var count = await ReadSourceAsync(buffer, cancellationToken);
        Count += count;
        meter.Add(count);
        if (hash is not null && count > 0)
        {
            await hash.AppendAsync(buffer[..count], cancellationToken);
        }

        return count;
    }

    /// <summary>Reads what an unpacker has left, which the checksum covers, too.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var rest = new byte[64 * 1024];
        while (await ReadAsync(rest, cancellationToken) > 0)
        {
            // Only to be counted and hashed.
        }
    }

    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw new AetherscaleException(ImportFailed, $"the source broke off after {Count} bytes: {error.Message}", error);
        }
    }
}

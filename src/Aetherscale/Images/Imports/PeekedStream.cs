namespace Aetherscale.Images.Imports;

/// <summary>A stream whose first bytes can be looked at before they are read.</summary>
internal sealed class PeekedStream(Stream source) : ReadOnlyStream
{
    private byte[] _start = [];
    private int _length;
    private int _taken;

    /// <summary>The first so many bytes, or all that there are.</summary>
    public async Task<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        Array.Resize(ref _start, count);
        int read;
        while (_length < count && (read = await source.ReadAsync(_start.AsMemory(_length), cancellationToken)) > 0)
        {
            _length += read;
        }

        return _start.AsMemory(0, _length);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken == _length)
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _length - _taken);
        _start.AsMemory(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await base.DisposeAsync();
    }
}

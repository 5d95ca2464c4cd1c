using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Aetherscale.Cli.Transport;

/// <summary>
/// Reads one HTTP/1.1 response. It is here instead of HttpClient because that one alone takes
/// longer to start than all the rest of a command, and cannot hand the connection over after 101.
/// </summary>
/// <remarks>See RFC 9112. Throws <see cref="InvalidDataException"/> for what is not HTTP, and
/// <see cref="EndOfStreamException"/> when the connection ends too early.</remarks>
internal sealed class HttpReply(IDaemonConnection socket)
{
    private const int BufferBytes = 32 * 1024;
    private const int MaxHeaderLines = 100;
    private const int MaxBodyBytes = 256 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private long? _length;
    private bool _chunked;
    private long _left;
    private bool _begun;

    /// <summary>The status code.</summary>
    public int Status { get; private set; }

    /// <summary>What came after the header and has not been read yet.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(_start.._end);

    /// <summary>Reads status and header; 100 Continue and the like are passed over.</summary>
    public async Task ReadHeadAsync()
    {
        do
        {
            Status = ParseStatus(await ReadLineAsync());
            _length = null;
            _chunked = false;
            for (var lines = 0; await ReadLineAsync() is { Length: > 0 } header; lines++)
            {
                ParseHeader(header);
                if (lines == MaxHeaderLines)
                {
                    throw new InvalidDataException("its header does not end");
                }
            }
        }
        while (Status is >= 100 and < 200 and not 101);
    }

    public async Task<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        if (!_chunked && _length is { } length)
        {
            return await ReadExactlyAsync((int)length);
        }

        var body = new ArrayBufferWriter<byte>(BufferBytes);
        if (_chunked)
        {
            while (await ReadLineAsync() is var line && ParseChunkSize(line) is > 0 and var size)
            {
                await ReadIntoAsync(body, size);
                if (await ReadLineAsync() is not "")
                {
                    throw new InvalidDataException("a chunk of its body is longer than it says");
                }
            }

            return body.WrittenMemory;
        }

        await ReadIntoAsync(body, count: null);
        return body.WrittenMemory;
    }

    /// <summary>What has come of the body and was not read yet, at least a byte; empty at its end.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadPartAsync()
    {
        if (_chunked && _left == 0)
        {
            // The line end of the chunk before.
            if (_begun && await ReadLineAsync() is not "")
            {
                throw new InvalidDataException("a chunk of its body is longer than it says");
            }

            _begun = true;
            _left = ParseChunkSize(await ReadLineAsync());
            if (_left == 0)
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }

        if (_start == _end && !await FillAsync())
        {
            return _chunked ? throw new EndOfStreamException() : ReadOnlyMemory<byte>.Empty;
        }

        var part = _buffer.AsMemory(_start, _chunked ? (int)Math.Min(_left, _end - _start) : _end - _start);
        _start += part.Length;
        _left -= _chunked ? part.Length : 0;
        return part.ToArray();
    }

    private static int ParseStatus(string line) =>
        line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.Length >= 12
        && int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw new InvalidDataException("it does not speak HTTP");

    private void ParseHeader(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? throw new InvalidDataException("its header is not HTTP") : line.AsSpan(0, colon);
        var value = line.AsSpan(colon + 1).Trim();
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            _length = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length <= MaxBodyBytes
                ? length
                : throw new InvalidDataException("the length of its body is not acceptable");
        }
        else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            _chunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? true
                : throw new InvalidDataException("its transfer encoding is unknown");
        }
    }

    private static int ParseChunkSize(string line) =>
        Utf8Parser.TryParse(Encoding.Latin1.GetBytes(line), out int size, out var digits, 'x')
        && size is >= 0 and <= MaxBodyBytes && (digits == line.Length || line[digits] is ';' or ' ')
            ? size
            : throw new InvalidDataException("a chunk of its body has no size");

    /// <summary>Reads so many bytes to where they stay, without another copy of a long list.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadExactlyAsync(int count)
    {
        var body = GC.AllocateUninitializedArray<byte>(count);
        var read = int.Min(count, _end - _start);
        _buffer.AsSpan(_start, read).CopyTo(body);
        _start += read;
        while (read < count)
        {
            var more = await socket.ReceiveAsync(body.AsMemory(read));
            read += more > 0 ? more : throw new EndOfStreamException();
        }

        return body;
    }

    /// <summary>Reads so many bytes, or to the end of the connection.</summary>
    private async Task ReadIntoAsync(ArrayBufferWriter<byte> body, long? count)
    {
        var left = count ?? long.MaxValue;
        while (left > 0)
        {
            if (_start == _end && !await FillAsync())
            {
                _ = count is null ? 0L : throw new EndOfStreamException();
                return;
            }

            var part = (int)Math.Min(left, _end - _start);
            if (body.WrittenCount + part > MaxBodyBytes)
            {
                throw new InvalidDataException("its body does not end");
            }

            body.Write(_buffer.AsSpan(_start, part));
            _start += part;
            left -= part;
        }
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var line = _buffer.AsMemory(_start.._end);
            if (line.Span.IndexOf((byte)'\n') is >= 0 and var feed)
            {
                _start += feed + 1;
                return Encoding.Latin1.GetString(line.Span[..feed].TrimEnd((byte)'\r'));
            }

            if (line.Length == _buffer.Length)
            {
                throw new InvalidDataException("it does not speak HTTP");
            }

            if (!await FillAsync())
            {
                throw new EndOfStreamException();
            }
        }
    }

    /// <summary>Makes room and receives; false at the end of the connection.</summary>
    private async Task<bool> FillAsync()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }
}

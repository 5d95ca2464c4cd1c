using System.Text;

namespace Aetherscale.Cli.Transport;

/// <summary>Takes a stream of bytes apart into server-sent events.</summary>
/// <param name="readPart">The bytes that come next; none at the end.</param>
internal sealed class FrameReader(Func<Task<ReadOnlyMemory<byte>>> readPart)
{
    /// <summary>One of our daemon's frames is never so long.</summary>
    private const int MaxFrameBytes = 16 * 1024 * 1024;

    private readonly List<byte> _bytes = [];
    private int _taken;

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <param name="onBytes">Called for whatever comes, comments too.</param>
    public async Task<DaemonFrame?> ReadAsync(Action onBytes)
    {
        var (type, data) = ("", new List<string>());
        while (true)
        {
            if (await ReadLineAsync(onBytes) is not { } line)
            {
                return null;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : line[(colon + 1)..].TrimStart(' ');
            switch (colon < 0 ? line : line[..colon])
            {
                case "" when colon < 0 && data.Count > 0:
                    return new DaemonFrame(type, string.Join('\n', data));
                case "" when colon < 0:
                    type = "";
                    break;
                case "event":
                    type = value;
                    break;
                case "data":
                    data.Add(value);
                    break;
            }
        }
    }

    private async Task<string?> ReadLineAsync(Action onBytes)
    {
        int end;
        while ((end = _bytes.IndexOf((byte)'\n', _taken)) < 0)
        {
            _bytes.RemoveRange(0, _taken);
            _taken = 0;
            if (_bytes.Count > MaxFrameBytes)
            {
                throw new InvalidDataException("a frame of its stream does not end");
            }

            var part = await readPart();
            if (part.IsEmpty)
            {
                return null;
            }

            onBytes();
            _bytes.AddRange(part.Span);
        }

        var line = Encoding.UTF8.GetString(_bytes.GetRange(_taken, end - _taken).ToArray()).TrimEnd('\r');
        _taken = end + 1;
        return line;
    }
}

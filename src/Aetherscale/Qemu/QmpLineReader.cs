using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>
/// Cuts what QEMU sends into lines, each one JSON object, and never buffers more than one line may have.
/// </summary>
internal sealed class QmpLineReader(Stream stream) : IAsyncDisposable
{
    /// <summary>The longest line taken, in bytes. QEMU's longest answers that we ask for have a few KiB.</summary>
    public const int LongestLine = 1 << 20;

    private readonly PipeReader _pipe = PipeReader.Create(stream);

    /// <summary>The next object; null when QEMU closed the connection between two lines.</summary>
    /// <exception cref="QmpException">A line is too long, cut off or not one JSON object.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<JsonElement?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _pipe.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                RequireShort(line.Length);
                var message = Parse(line);
                _pipe.AdvanceTo(buffer.GetPosition(1, end));
                return message;
            }

            RequireShort(buffer.Length);
            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new QmpException("QEMU closed the connection in mid-line");
            }

            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    private static void RequireShort(long length)
    {
        if (length > LongestLine)
        {
            throw new QmpException($"QEMU sent a line of more than {LongestLine} bytes");
        }
    }

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new QmpException("QEMU sent a line that is not a JSON object");
        }
        catch (JsonException fault)
        {
            throw new QmpException("QEMU sent a line that is not JSON", innerException: fault);
        }
    }
}

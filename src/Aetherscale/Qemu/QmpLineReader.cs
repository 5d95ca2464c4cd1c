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
    /// <exception cref="QmpException">A line is too long, cut off, not one JSON object, or has texts that are no Unicode.</exception>
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

    /// <summary>The parser takes bytes and half surrogate pairs as texts that nobody can read afterwards.</summary>
    /// <exception cref="InvalidOperationException">A text or a member's name cannot be read.</exception>
    private static void RequireTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    RequireTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    RequireTexts(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new QmpException("QEMU sent a line that is not a JSON object");
            }

            RequireTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (InvalidOperationException fault)
        {
            throw new QmpException("QEMU sent a text that is no Unicode", innerException: fault);
        }
        catch (JsonException fault)
        {
            throw new QmpException("QEMU sent a line that is not JSON", innerException: fault);
        }
    }
}

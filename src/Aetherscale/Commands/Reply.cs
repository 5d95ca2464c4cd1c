using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aetherscale.Contract;

namespace Aetherscale.Commands;

/// <summary>What a command came to; on the wire a <see cref="ReplyEnvelope"/>.</summary>
/// <param name="ExecutionInfo">How it went.</param>
/// <param name="WriteResponse">Writes the command's own answer; null after an error.</param>
internal sealed record Reply(ExecutionInfo ExecutionInfo, Action<Utf8JsonWriter>? WriteResponse = null)
{
    private const int BufferBytes = 4096;

    private static readonly ReadOnlyMemory<byte> s_comma = ","u8.ToArray();

    private static readonly ReadOnlyMemory<byte> s_end = "]}"u8.ToArray();

    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>
    /// In the place of <see cref="WriteResponse"/>, a long list as it came from others, which is not copied: pieces, each with some items of a
    /// JSON array.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Items { get; init; }

    /// <summary>Another host replies to the requester.</summary>
    public static Reply Elsewhere { get; } = new(new ExecutionInfo { Status = ExecutionInfo.Success });

    /// <summary>Another host's reply, to be passed on. Members that this version does not know are left out.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static Reply Read(ReadOnlyMemory<byte> json)
    {
        var envelope = JsonSerializer.Deserialize(json.Span, ContractJson.Tolerant.ReplyEnvelope) ?? throw new JsonException("null is no reply");
        return new Reply(envelope.ExecutionInfo, envelope.Response is { } response ? response.WriteTo : null);
    }

    /// <summary>What the requester gets instead where the broker does not carry this reply.</summary>
    public Reply TooLarge() => new(ExecutionInfo with
    {
        Status = ExecutionInfo.Error,
        Code = ErrorCodes.ReplyTooLarge,
        Reason = "The command was carried out, and its reply is longer than the broker lets through (its setting max_message_size): ask for less, or over the host's socket.",
    });

    /// <summary>The envelope in one piece.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var pieces = ToPieces();
        if (pieces.Count == 1)
        {
            return pieces[0];
        }

        var whole = GC.AllocateUninitializedArray<byte>(pieces.Sum(piece => piece.Length));
        var end = 0;
        foreach (var piece in pieces)
        {
            piece.Span.CopyTo(whole.AsSpan(end));
            end += piece.Length;
        }

        return whole;
    }

    /// <summary>The envelope as it is, for what can be sent piece by piece.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ToPieces()
    {
        var buffer = new ArrayBufferWriter<byte>(BufferBytes);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("execution-info"u8);
            JsonSerializer.Serialize(writer, ExecutionInfo, ContractJson.Wire.ExecutionInfo);
            if (Items is not null)
            {
                writer.WritePropertyName("response"u8);
                writer.WriteStartArray();
            }
            else
            {
                if (WriteResponse is not null)
                {
                    writer.WritePropertyName("response"u8);
                    WriteResponse(writer);
                }

                writer.WriteEndObject();
            }
        }

        return Items is null ? [buffer.WrittenMemory] : [buffer.WrittenMemory, .. Items.SelectMany((items, number) => number == 0 ? [items] : new[] { s_comma, items }), s_end];
    }
}

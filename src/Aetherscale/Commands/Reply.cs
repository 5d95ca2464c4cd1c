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
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>About how long it is: memory for a long one is taken once.</summary>
    public int Length { get; init; } = 4096;

    /// <summary>Another host replies to the requester.</summary>
    public static Reply Elsewhere { get; } = new(new ExecutionInfo { Status = ExecutionInfo.Success });

    /// <summary>Another host's reply, to be passed on. Members that this version does not know are left out.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static Reply Read(ReadOnlyMemory<byte> json)
    {
        var envelope = JsonSerializer.Deserialize(json.Span, ContractJson.Tolerant.ReplyEnvelope) ?? throw new JsonException("null is no reply");
        return new Reply(envelope.ExecutionInfo, envelope.Response is { } response ? response.WriteTo : null);
    }

    /// <summary>The envelope in one piece: a list of many VMs is large, and is written once.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(Length);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("execution-info"u8);
            JsonSerializer.Serialize(writer, ExecutionInfo, ContractJson.Wire.ExecutionInfo);
            if (WriteResponse is not null)
            {
                writer.WritePropertyName("response"u8);
                WriteResponse(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

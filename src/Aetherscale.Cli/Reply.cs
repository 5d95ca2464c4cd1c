using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>A daemon's <see cref="ReplyEnvelope"/>. The command's own answer stays the text that it is until somebody reads it.</summary>
/// <param name="ExecutionInfo">How it went.</param>
/// <param name="Response">JSON; empty when there is none.</param>
/// <param name="Json">The whole envelope, which is good JSON.</param>
internal sealed record Reply(ExecutionInfo ExecutionInfo, ReadOnlyMemory<byte> Response, ReadOnlyMemory<byte> Json)
{
    /// <exception cref="JsonException">It is no envelope.</exception>
    public static Reply Parse(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        ExecutionInfo? info = null;
        var response = ReadOnlyMemory<byte>.Empty;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("no object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isResponse = reader.ValueTextEquals("response"u8);
            if (reader.ValueTextEquals("execution-info"u8))
            {
                info = JsonSerializer.Deserialize(ref reader, Replies.Json.ExecutionInfo);
                continue;
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            response = isResponse ? json[start..(int)reader.BytesConsumed] : response;
        }

        // What follows the object would be an error.
        reader.Read();
        return new Reply(info ?? throw new JsonException("no execution-info"), response, json);
    }

    /// <summary>The command's answer.</summary>
    /// <exception cref="CliException">It is not what the command promises.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Response.Span, type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CliException(
                ExitCodes.Unreachable, $"the daemon's answer is not understood; is it of another version? {e.Message}");
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>A daemon's <see cref="ReplyEnvelope"/>. The command's own answer stays the text that it is until somebody reads it.</summary>
/// <param name="ExecutionInfo">How it went.</param>
/// <param name="Response">JSON that begins with it, and is not looked at before; empty when there is none.</param>
/// <param name="Json">The whole envelope.</param>
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
                info = ReadInfo(ref reader);
                continue;
            }

            reader.Read();
            response = isResponse ? json[(int)reader.TokenStartIndex..] : response;
            if (isResponse && info is not null)
            {
                // A long list is gone through once, by whoever reads it.
                return new Reply(info, response, json);
            }

            reader.Skip();
        }

        // What follows the object would be an error.
        reader.Read();
        return new Reply(info ?? throw new JsonException("no execution-info"), response, json);
    }

    private static ExecutionInfo ReadInfo(ref Utf8JsonReader reader)
    {
        var texts = new Dictionary<string, string?>();
        var unanswered = new List<string>();
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("execution-info is no object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.Null)
            {
                texts[name] = reader.GetString();
            }
            else if (name == "unanswered" && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    unanswered.Add(reader.GetString()!);
                }
            }
            else
            {
                // A newer daemon may say more.
                reader.Skip();
            }
        }

        return new ExecutionInfo
        {
            Status = texts.GetValueOrDefault("status") ?? throw new JsonException("no status"),
            Host = texts.GetValueOrDefault("host"),
            Unanswered = unanswered.Count > 0 ? unanswered : null,
            Code = texts.GetValueOrDefault("code"),
            Reason = texts.GetValueOrDefault("reason"),
            RequestId = texts.GetValueOrDefault("request-id"),
        };
    }

    /// <summary>The command's answer.</summary>
    /// <exception cref="CliException">It is not what the command promises.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class =>
        Read(json =>
        {
            var reader = new Utf8JsonReader(json);
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("null");
        });

    /// <summary>Passes the whole envelope on.</summary>
    /// <exception cref="CliException">It is no good JSON.</exception>
    public void WriteTo(Utf8JsonWriter writer)
    {
        try
        {
            using var document = JsonDocument.Parse(Json);
            document.WriteTo(writer);
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e);
        }
    }

    /// <summary>The same, for a reader of one's own that throws as the serializer does.</summary>
    /// <exception cref="CliException">It is not what the command promises.</exception>
    public void Read(Action<ReadOnlySpan<byte>> read) => Read(json =>
    {
        read(json);
        return this;
    });

    private T Read<T>(Func<ReadOnlySpan<byte>, T> read)
    {
        try
        {
            return read(Response.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotUnderstood(e);
        }
    }

    private static CliException NotUnderstood(Exception e) => new(
        ExitCodes.Unreachable, $"the daemon's answer is not understood; is it of another version? {e.Message}");
}

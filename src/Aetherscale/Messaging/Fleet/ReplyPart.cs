using System.Text.Json;
using Aetherscale.Contract;

namespace Aetherscale.Messaging.Fleet;

/// <summary>The part of a reply that the command itself wrote, as it stands there: large lists are joined, and not read.</summary>
internal static class ReplyPart
{
    /// <returns>Null where the reply is an error, or no reply.</returns>
    public static ReadOnlyMemory<byte>? ResponseIn(ReadOnlyMemory<byte> reply)
    {
        var reader = new Utf8JsonReader(reply.Span);
        try
        {
            var isSuccess = false;
            ReadOnlyMemory<byte>? response = null;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isInfo = reader.ValueTextEquals("execution-info"u8);
                var isResponse = reader.ValueTextEquals("response"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isInfo)
                {
                    isSuccess = JsonSerializer.Deserialize(ref reader, ContractJson.Tolerant.ExecutionInfo)?.Status == ExecutionInfo.Success;
                }
                else
                {
                    reader.Skip();
                }

                response = isResponse ? reply[start..(int)reader.BytesConsumed] : response;
            }

            return isSuccess ? response : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Aetherscale.Requests;

/// <summary>Tells what is asked for: the same for the same JSON, however its members are ordered, spaced and escaped.</summary>
internal static class RequestDigest
{
    /// <param name="command">The command.</param>
    /// <param name="options">Its options; none is the same as an empty object.</param>
    /// <returns>SHA-256 in lower-case hex.</returns>
    public static string Of(string command, JsonElement? options)
    {
        var canonical = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(canonical))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(command);
            if (options is { } present && present.EnumerateObject().Any())
            {
                Write(writer, present);
            }

            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(canonical.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}

using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>The two kinds of QMP messages that need making or unpacking.</summary>
internal static class QmpMessage
{
    /// <summary>A command's line, with its end.</summary>
    public static byte[] Command(long id, string command, Action<Utf8JsonWriter>? arguments)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("execute", command);
            if (arguments is not null)
            {
                json.WriteStartObject("arguments");
                arguments(json);
                json.WriteEndObject();
            }

            json.WriteNumber("id", id);
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>What <c>query-status</c> returned.</summary>
    /// <exception cref="QmpException">It says nothing of a status.</exception>
    public static string Status(JsonElement result) =>
        result.ValueKind == JsonValueKind.Object && result.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
            ? status.GetString()!
            : throw new QmpException("QEMU told no status");

    /// <summary>What <c>{"error": {"class": …, "desc": …}}</c> says.</summary>
    /// <exception cref="QmpException">Thrown when the message is no such reply.</exception>
    public static QmpException Error(JsonElement message)
    {
        if (message.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
            && error.TryGetProperty("class", out var errorClass) && errorClass.ValueKind == JsonValueKind.String
            && error.TryGetProperty("desc", out var text) && text.ValueKind == JsonValueKind.String)
        {
            return new QmpException(text.GetString()!, errorClass.GetString());
        }

        throw new QmpException("QEMU sent a reply with neither a result nor an error");
    }
}

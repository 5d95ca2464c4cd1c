using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>Writes the JSON objects that QEMU takes as option values and as commands.</summary>
internal static class QemuJson
{
    // Relaxed: the unit is read by people, and nothing here goes into HTML.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Object(Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}

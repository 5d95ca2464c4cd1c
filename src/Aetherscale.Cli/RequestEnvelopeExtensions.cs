using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

internal static class RequestEnvelopeExtensions
{
    /// <summary>Whether the daemon may have done something when its answer is lost.</summary>
    public static bool ChangesSomething(this RequestEnvelope request) =>
        request.Command is not (CommandNames.ListVms or CommandNames.ShowVm or CommandNames.WhyVm or CommandNames.LogsVm
            or CommandNames.ConnectVm or CommandNames.ConsoleVm or CommandNames.ScreenshotVm or CommandNames.WaitVm or CommandNames.Doctor
            or CommandNames.ListImages or CommandNames.ShowImage);

    /// <summary>Whether the daemon may have a good reason not to answer for a while.</summary>
    public static bool MayTakeLong(this RequestEnvelope request) =>
        request.ChangesSomething() || request.Command == CommandNames.WaitVm;

    /// <summary>The request as it is sent. The serializer would take half a millisecond to get ready for these three members.</summary>
    public static ReadOnlyMemory<byte> ToJson(this RequestEnvelope request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("command"u8, request.Command);
        if (request.Options is { } options)
        {
            writer.WritePropertyName("options"u8);
            options.WriteTo(writer);
        }

        if (request.RequestId is { } id)
        {
            writer.WriteString("request-id"u8, id);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}

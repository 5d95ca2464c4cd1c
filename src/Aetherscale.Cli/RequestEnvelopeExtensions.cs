using System.Buffers;
using System.Runtime.InteropServices;
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

    /// <summary>
    /// The request as it is sent. The serializer, and the encoder that leaves letters as they are, would take a millisecond to get ready
    /// for these three members, of which only the options can hold more than plain ASCII, and are encoded already.
    /// </summary>
    public static ReadOnlyMemory<byte> ToJson(this RequestEnvelope request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("command"u8, request.Command);
        if (request.Options is { } options)
        {
            writer.WritePropertyName("options"u8);
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(options), skipInputValidation: true);
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

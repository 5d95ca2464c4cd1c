using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aetherscale.Files;

namespace Aetherscale.Qemu;

/// <summary>
/// A word with the guest agent (https://www.qemu.org/docs/master/interop/qemu-ga-ref.html). Nobody tells whether an agent is
/// there: QEMU keeps what we send until one listens. What the guest sends is not trusted.
/// </summary>
internal static class GuestAgentClient
{
    /// <summary>Ends what an earlier client left half-said, and begins the agent's answer to the synchronization.</summary>
    private const byte Delimiter = 0xFF;

    private const int MaxAnswerLength = 64 * 1024;

    /// <summary>Synchronizes with the agent, and has it answer a ping.</summary>
    /// <param name="socketPath">QEMU's end of the agent's port.</param>
    /// <param name="cancellation">Ends the wait: without an agent it lasts for ever.</param>
    /// <returns>Null when the agent has answered, else why it cannot.</returns>
    public static async Task<string?> PingAsync(string socketPath, CancellationToken cancellation)
    {
        try
        {
            await AskAsync(socketPath, "guest-ping", null, MaxAnswerLength, cancellation);
            return null;
        }
        catch (GuestAgentException error)
        {
            return error.IsRefusal ? "its guest agent refuses a ping" : error.Message;
        }
    }

    /// <summary>Synchronizes with the agent, and has it carry out one command.</summary>
    /// <param name="socketPath">QEMU's end of the agent's port.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="arguments">Writes the arguments' members; null when there are none.</param>
    /// <param name="maxAnswer">The longest answer in bytes.</param>
    /// <param name="cancellation">Ends the wait: without an agent it lasts for ever.</param>
    /// <returns>What the agent returns; it is not trusted.</returns>
    /// <exception cref="GuestAgentException">It refuses, or cannot be asked.</exception>
    public static async Task<JsonElement> AskAsync(
        string socketPath, string command, Action<Utf8JsonWriter>? arguments, int maxAnswer, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await Beneath.ConnectAsync(socket, socketPath, cancellation);
            await using var stream = new NetworkStream(socket);
            var answers = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
            var id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            var sync = string.Create(
                CultureInfo.InvariantCulture, $$$"""{"execute":"guest-sync-delimited","arguments":{"id":{{{id}}}}}""");
            await stream.WriteAsync((byte[])[Delimiter, .. Encoding.ASCII.GetBytes(sync + "\n")], cancellation);

            // Answers to those who gave up before us may come first.
            while (Number(await ReadAsync(answers, Delimiter, MaxAnswerLength, cancellation)) != id)
            {
            }

            await stream.WriteAsync(Request(command, arguments), cancellation);
            return Returned(await ReadAsync(answers, null, maxAnswer, cancellation));
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException or InvalidOperationException)
        {
            // The last: a text that is no Unicode.
            throw new GuestAgentException($"its guest agent cannot be asked: {error.Message}", isRefusal: false, error);
        }
    }

    private static byte[] Request(string command, Action<Utf8JsonWriter>? arguments)
    {
        var bytes = new ArrayBufferWriter<byte>();
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

            json.WriteEndObject();
        }

        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    /// <exception cref="GuestAgentException">It is no answer that returns something.</exception>
    private static JsonElement Returned(JsonElement? answer)
    {
        if (answer is { ValueKind: JsonValueKind.Object } known)
        {
            if (known.TryGetProperty("return", out var value))
            {
                return value;
            }

            if (known.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("desc", out var words) && words.ValueKind == JsonValueKind.String)
            {
                throw new GuestAgentException(words.GetString()!, isRefusal: true);
            }
        }

        throw new GuestAgentException("its answer is not understood", isRefusal: true);
    }

    /// <summary>The next line, or what follows the delimiter on the next line that has one.</summary>
    private static async Task<JsonElement?> ReadAsync(PipeReader answers, byte? delimiter, int maxLength, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await answers.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end).ToArray();
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                var start = delimiter is { } mark ? line.AsSpan().LastIndexOf(mark) + 1 : 0;
                if (delimiter is null || start > 0)
                {
                    answers.AdvanceTo(buffer.Start);
                    return Parse(line.AsMemory(start));
                }
            }

            if (read.IsCompleted || buffer.Length > maxLength)
            {
                throw new InvalidDataException(read.IsCompleted ? "QEMU closed the connection" : "it sends no lines, or one that is too long");
            }

            answers.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Number(JsonElement? answer) =>
        answer is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("return", out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Cli.Transport;

namespace Aetherscale.Cli.Output;

/// <summary>Shows the frames of a stream to a person.</summary>
internal abstract class FramePrinter
{
    /// <summary>Prints one frame; those that it does not know it leaves out.</summary>
    public abstract void Print(DaemonFrame frame, Terminal terminal);

    /// <exception cref="CliException">It is not what the stream promises.</exception>
    public static T Read<T>(DaemonFrame frame, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(frame.Json, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new CliException(
                ExitCodes.Unreachable, $"the daemon's stream is not understood; is it of another version? {e.Message}");
        }
    }
}

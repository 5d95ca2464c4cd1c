using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>How replies are read.</summary>
internal static class Replies
{
    /// <summary>As on the wire, but a daemon that is newer than this program may say more; looking for doubles takes long.</summary>
    public static ContractJson Json { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        AllowDuplicateProperties = true,
    });

    /// <exception cref="CliException">The response is not what the command promises.</exception>
    public static T Read<T>(this JsonElement response, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return response.Deserialize(type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CliException(
                ExitCodes.Unreachable, $"the daemon's answer is not understood; is it of another version? {e.Message}");
        }
    }
}

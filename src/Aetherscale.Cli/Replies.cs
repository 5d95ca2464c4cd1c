using System.Text.Json;
using System.Text.Json.Serialization;
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
}

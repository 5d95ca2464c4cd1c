using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aetherscale.Networking;

/// <summary>What a network should be: the content of <c>&lt;data&gt;/networks/&lt;name&gt;.json</c>.</summary>
internal sealed record NetworkSpec
{
    /// <summary>The version of this file's format.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Name { get; init; }

    /// <summary>In CIDR notation, such as <c>10.77.0.0/16</c>.</summary>
    public required string Subnet { get; init; }

    /// <summary>The host's bridge that the VMs are on, instead of a router of ours; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Bridge { get; init; }
}

/// <summary>The JSON of a network's file.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(NetworkSpec))]
internal sealed partial class NetworkSpecJson : JsonSerializerContext;

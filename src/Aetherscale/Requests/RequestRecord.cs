using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aetherscale.Requests;

/// <summary>What is remembered of a request that changes something: the content of its file.</summary>
internal sealed record RequestRecord
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Requester { get; init; }

    public required string RequestId { get; init; }

    public required string Command { get; init; }

    /// <summary>What was asked for (<see cref="RequestDigest"/>).</summary>
    public required string BodySha256 { get; init; }

    public required DateTimeOffset Accepted { get; init; }

    /// <summary>The VM that tells whether a request that was cut off took effect; null where nothing was promised.</summary>
    public string? VmId { get; init; }

    /// <summary>Whether that VM is there, or gone, once it has.</summary>
    public VmOutcome Outcome { get; init; }

    /// <summary>The command's response, as it was or would have been sent.</summary>
    public required JsonElement Response { get; init; }

    [JsonIgnore]
    public RequestKey Key => new(Requester, RequestId);
}

/// <summary>What a request leaves of its VM.</summary>
internal enum VmOutcome
{
    None,
    Made,
    Removed,
}

/// <summary>The JSON of these files: kebab-case, indented for the reader.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RequestRecord))]
internal sealed partial class RequestJson : JsonSerializerContext;

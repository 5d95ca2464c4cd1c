using System.Text.Json;
using System.Text.Json.Serialization;
using Aetherscale.Files;

namespace Aetherscale.Images.Imports;

/// <summary>What is known of a file that is being fetched, so that a later daemon can fetch the rest of the same file.</summary>
internal sealed record DownloadState
{
    public required string Url { get; init; }

    /// <summary>What the server calls this content: a strong ETag, or else its date. Without one, nothing can be resumed.</summary>
    public string? Validator { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public long? Length { get; init; }

    public static DownloadState? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(StateFile.Read(path), DownloadStateJson.Default.DownloadState);
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return null;
        }
    }

    public void Write(string path) => StateFile.Write(
        path, JsonSerializer.SerializeToUtf8Bytes(this, DownloadStateJson.Default.DownloadState), UnixFileMode.UserRead | UnixFileMode.UserWrite);
}

/// <summary>The JSON of it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(DownloadState))]
internal sealed partial class DownloadStateJson : JsonSerializerContext;

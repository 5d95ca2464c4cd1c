using System.Text.Json;
using System.Text.Json.Serialization;
using Aetherscale.Files;

namespace Aetherscale.Images;

/// <summary>Where an imported image is from: <c>images/sources/DIGEST.json</c>. Without it the image is as good; it only is not known what it boots by.</summary>
internal sealed record ImageRecord
{
    public required string Source { get; init; }

    /// <summary>What it was before: <c>qcow2</c>, <c>raw</c> or <c>vmdk</c>.</summary>
    public required string SourceFormat { get; init; }

    /// <summary><c>sha256:…</c> or <c>sha512:…</c> of the source as it came, where that was checked.</summary>
    public string? SourceChecksum { get; init; }

    /// <summary><c>uefi</c> where its publisher's disks boot by that alone.</summary>
    public string? Firmware { get; init; }

    public required DateTimeOffset Imported { get; init; }

    /// <summary>Whether the text is one: 64 lower-case hexadecimal digits.</summary>
    public static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static ImageRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(StateFile.Read(path), ImageRecordJson.Default.ImageRecord);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ImageRecordJson.Default.ImageRecord);
}

/// <summary>The JSON of these records.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ImageRecord))]
internal sealed partial class ImageRecordJson : JsonSerializerContext;

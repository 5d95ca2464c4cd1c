using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aetherscale.Images.Catalogue;

/// <summary><c>streams/v1/index.json</c>: what a simplestreams server has lists of. Members that we have no use for are left out.</summary>
internal sealed record StreamIndex(IReadOnlyDictionary<string, StreamIndexEntry>? Index);

/// <summary>One list.</summary>
/// <param name="Datatype"><c>image-downloads</c> where it is of files.</param>
/// <param name="Format"><c>products:1.0</c>.</param>
/// <param name="Path">Relative to the server's root, as all paths.</param>
internal sealed record StreamIndexEntry(string? Datatype, string? Format, string? Path);

/// <summary>A list of products.</summary>
internal sealed record StreamProducts(IReadOnlyDictionary<string, StreamProduct>? Products);

/// <summary>A release of a distribution for one architecture.</summary>
/// <param name="Aliases">What users call it, with commas between.</param>
/// <param name="Arch">As Debian names architectures.</param>
/// <param name="Versions">By their dates, of which the last in the order of texts is the newest.</param>
internal sealed record StreamProduct(string? Aliases, string? Arch, IReadOnlyDictionary<string, StreamVersion>? Versions);

/// <summary>What was built at one time.</summary>
internal sealed record StreamVersion(IReadOnlyDictionary<string, StreamItem>? Items);

/// <summary>One file.</summary>
/// <param name="Ftype">What it is: <c>disk-kvm.img</c> and <c>disk1.img</c> are disks.</param>
/// <param name="Path">Relative to the server's root.</param>
/// <param name="Sha256">Of the file.</param>
internal sealed record StreamItem(string? Ftype, string? Path, string? Sha256);

/// <summary>The JSON of these.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StreamIndex))]
[JsonSerializable(typeof(StreamProducts))]
internal sealed partial class StreamsJson : JsonSerializerContext;

using Aetherscale.Images.Imports;

namespace Aetherscale.Images.Catalogue;

/// <summary>What a reference leads to today.</summary>
/// <param name="Url">Where the image is fetched.</param>
/// <param name="Checksum">What it must hash to.</param>
/// <param name="Firmware"><c>uefi</c> where it boots by that alone.</param>
internal sealed record CatalogueEntry(Uri Url, Checksum Checksum, string? Firmware);

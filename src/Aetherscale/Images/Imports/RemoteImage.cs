namespace Aetherscale.Images.Imports;

/// <summary>An image that is to be fetched.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Checksum">What the file must hash to.</param>
/// <param name="Format">What it must be once it is unpacked; found out when null.</param>
/// <param name="Firmware">What it boots by, where that is known.</param>
internal sealed record RemoteImage(Uri Url, Checksum? Checksum, ImageFormat? Format, string? Firmware);

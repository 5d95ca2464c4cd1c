namespace Aetherscale.Images.Imports;

/// <summary>What is imported.</summary>
/// <param name="Bytes">As they come, packed or not.</param>
/// <param name="Length">How many there must be, where that is known.</param>
/// <param name="Words">Where they are from, for the record.</param>
/// <param name="Checksum">What they must hash to.</param>
/// <param name="Format">What they must be once they are unpacked; found out when null.</param>
internal sealed record ImageSource(Stream Bytes, long? Length, string Words, Checksum? Checksum, ImageFormat? Format)
{
    /// <summary>What its publisher says that it boots by; null where nothing is said.</summary>
    public string? Firmware { get; init; }
}

using Aetherscale.Contract.Commands;
using Aetherscale.Images.Imports;

namespace Aetherscale.Commands;

/// <summary>An import that its requester follows, and that ends with it.</summary>
/// <param name="Bytes">The image, where the options name no URL.</param>
/// <param name="Length">How many bytes there are, where that is known.</param>
internal sealed record ImageUpload(Stream Bytes, long? Length)
{
    /// <summary>Told by the import.</summary>
    public ImportMeter Meter { get; } = new();

    /// <summary>How far it is.</summary>
    public ImportProgress Progress()
    {
        var (stage, bytes, total) = Meter.Read();
        return new ImportProgress { Stage = stage.ToString().ToLowerInvariant(), Bytes = bytes, Total = total };
    }
}

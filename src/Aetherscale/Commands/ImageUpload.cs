using Aetherscale.Contract.Commands;
using Aetherscale.Images.Imports;

namespace Aetherscale.Commands;

/// <summary>A command whose progress its requester follows; an import ends with its requester then.</summary>
/// <param name="Bytes">The image, where the request carries one beside its message.</param>
/// <param name="Length">How many bytes there are, where that is known.</param>
internal sealed record ImageUpload(Stream? Bytes, long? Length)
{
    /// <summary>Told by the import.</summary>
    public ImportMeter Meter { get; } = new();

    /// <summary>How far it is; null where there is nothing to tell yet.</summary>
    public ImportProgress? Progress()
    {
        var (stage, bytes, total) = Meter.Read();
        return stage is null ? null : new ImportProgress { Stage = stage.Value.ToString().ToLowerInvariant(), Bytes = bytes, Total = total };
    }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>show-image</c>, <c>copy-image</c> and <c>import-image</c>: what <c>list-images</c> tells, and more.</summary>
public sealed record ImageDetails : ImageSummary
{
    /// <summary>What it was before it was imported: <c>qcow2</c>, <c>raw</c> or <c>vmdk</c>.</summary>
    public string? SourceFormat { get; init; }

    /// <summary>What its source was seen to hash to when it was imported.</summary>
    public string? SourceChecksum { get; init; }

    /// <summary>What VMs made of it boot by, unless they are told otherwise: <c>uefi</c>; absent for a BIOS.</summary>
    public string? Firmware { get; init; }

    /// <summary>Its file.</summary>
    public required string File { get; init; }

    /// <summary>The same file by its content, which disks stand on; absent until its first use.</summary>
    public string? Base { get; init; }
}

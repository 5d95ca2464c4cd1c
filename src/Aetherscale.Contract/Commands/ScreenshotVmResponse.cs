namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>screenshot-vm</c>.</summary>
public sealed record ScreenshotVmResponse
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>What the guest's screen shows: a PNG file (base64).</summary>
    public required ReadOnlyMemory<byte> Png { get; init; }
}

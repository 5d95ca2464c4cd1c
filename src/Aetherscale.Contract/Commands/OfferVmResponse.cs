namespace Aetherscale.Contract.Commands;

/// <summary>What a host answers to <c>offer-vm</c>, whose options are those of <c>create-vm</c>: whether it would take such a VM.</summary>
public sealed record OfferVmResponse
{
    /// <summary>What is missing there, in words that follow the host's name and a colon; null when it has room.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether the image is there already.</summary>
    public bool HasImage { get; init; }

    /// <summary>Of the memory that VMs may have there, the thousandth parts that would be free still: more is better.</summary>
    public int FreePerMille { get; init; }
}

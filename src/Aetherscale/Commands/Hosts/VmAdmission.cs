using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using Aetherscale.Qemu;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands.Hosts;

/// <summary>Whether this host takes a VM that is to be placed on one of several.</summary>
internal sealed class VmAdmission(
    HostLabels labels, HostCordon cordon, HostRoom room, ImageShelf images, UefiFirmware firmware, VmDefaults defaults, Func<string, ImageReference> parseReference)
{
    private const int Whole = 1000;

    /// <summary>What the host would say, without keeping any room.</summary>
    /// <exception cref="AetherscaleException">As of <c>create-vm</c>: there can be no such VM anywhere.</exception>
    public OfferVmResponse Offer(CreateVmOptions options)
    {
        var wish = VmWish.Read(options, defaults, parseReference);
        var image = TryLook(wish.Image);
        var takes = Takes(wish, image);
        var left = room.Capacity.MemoryMib - room.Use.MemoryMib - takes.MemoryMib;
        return new OfferVmResponse
        {
            Missing = Missing(wish, image) ?? room.MissingFor(takes),
            HasImage = image is not null,
            FreePerMille = (int)Math.Max(0, left * Whole / room.Capacity.MemoryMib),
        };
    }

    /// <summary>Whether the image is here, and need not be brought.</summary>
    /// <exception cref="AetherscaleException">As above.</exception>
    public bool HasImage(CreateVmOptions options) => TryLook(VmWish.Read(options, defaults, parseReference).Image) is not null;

    /// <summary>Keeps room for the VM until the admission is disposed. Any number of calls at once are given no more than there is.</summary>
    /// <param name="options">Of <c>create-vm</c>.</param>
    /// <param name="missing">What is missing here, in words; null when the VM is taken.</param>
    /// <returns>Null when it is not.</returns>
    /// <exception cref="AetherscaleException">As above.</exception>
    public Admission? TryAdmit(CreateVmOptions options, out string? missing)
    {
        var wish = VmWish.Read(options, defaults, parseReference);
        var image = TryLook(wish.Image);
        missing = Missing(wish, image);
        return missing is null && room.TryReserve(Takes(wish, image), out missing) is { } reservation ? new Admission(reservation) : null;
    }

    /// <summary>The same for a VM whose id stands already.</summary>
    public (IDisposable? Room, string? Missing) TryAdmitAs(CreateVmOptions options, string vmId)
    {
        var admission = TryAdmit(options, out var missing);
        admission?.For(vmId);
        return (admission, missing);
    }

    /// <summary>What room does not help with.</summary>
    private string? Missing(VmWish wish, ImageLook? image) =>
        cordon.IsSet ? "it is cordoned"
        : labels.MissingOf(wish.Labels)
            ?? (image is { Problem: not null } ? $"an image \"{wish.Image}\" that can be used"
            : wish.On(image?.Record?.Firmware).Firmware == "uefi" && firmware.Find() is null ? "firmware for UEFI"
            : null);

    /// <summary>An image that is still to be brought counts when it is there, and its disk can be looked at.</summary>
    private static RoomWish Takes(VmWish wish, ImageLook? image) => new(
        wish.Cpus, wish.MemoryMib, wish.DiskMib ?? HostRoom.InMebibytes(image?.VirtualSize ?? 0));

    private ImageLook? TryLook(ImageName name)
    {
        try
        {
            return images.Look(name);
        }
        catch (AetherscaleException error) when (error.Code == ImageNotFound)
        {
            return null;
        }
    }
}

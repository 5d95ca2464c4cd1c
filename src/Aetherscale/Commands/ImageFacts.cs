using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>What the commands on images tell of them.</summary>
internal sealed class ImageFacts(ImageStore images, ImageShelf shelf, VmStore store)
{
    public static ImageName Name(string text) => ImageName.TryParse(text, out var name)
        ? name
        : throw new AetherscaleException(BadName, $"{Quoted.Of(text)} is no image name: {ImageName.Rule}.");

    /// <summary>The VMs that were made from this image as it is now.</summary>
    public static IReadOnlyList<string> UsedBy(ImageName name, string? digest, IReadOnlyList<Vm> vms) =>
        digest is null ? [] : [.. vms.Where(vm => vm.Spec?.Image == name.Text && vm.Spec.BaseSha256 == digest).Select(vm => vm.DisplayName)];

    public IReadOnlyList<ImageSummary> All()
    {
        var vms = store.List();
        return [.. shelf.LookAtAll().Select(look => Summarize(look, vms))];
    }

    /// <exception cref="AetherscaleException"><c>image-not-found</c>.</exception>
    public ImageDetails Of(ImageName name)
    {
        var look = shelf.Look(name);
        var summary = Summarize(look, store.List());
        return new ImageDetails
        {
            Name = summary.Name,
            Size = summary.Size,
            VirtualSize = summary.VirtualSize,
            UsedBy = summary.UsedBy,
            Source = summary.Source,
            Digest = summary.Digest,
            Created = summary.Created,
            Hint = summary.Hint,
            SourceFormat = look.Record?.SourceFormat,
            SourceChecksum = look.Record?.SourceChecksum,
            Firmware = look.Record?.Firmware,
            File = images.PathOf(name),
            Base = look.Digest is null ? null : images.DigestPathOf(look.Digest),
        };
    }

    private static ImageSummary Summarize(ImageLook look, IReadOnlyList<Vm> vms) => new()
    {
        Name = look.Name.Text,
        Size = look.Size,
        VirtualSize = look.VirtualSize,
        UsedBy = UsedBy(look.Name, look.Digest, vms),
        Source = look.Record?.Source,
        Digest = look.Digest is null ? null : $"sha256:{look.Digest}",
        Created = look.Record?.Imported ?? look.Changed,
        Hint = look.Problem,
    };
}

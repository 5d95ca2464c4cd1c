using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>Which VMs a list is to have.</summary>
/// <param name="Status">Null for any.</param>
/// <param name="Name">What the name begins with; null for any, or none.</param>
/// <param name="Image">The image's name in the store; null for any.</param>
internal sealed record VmFilter(string? Status, string? Name, string? Image)
{
    private static readonly string[] s_statuses =
        [VmStatus.Creating, .. Enum.GetValues<VmState>().Select(StatusWord.Of), VmStatus.Unreachable];

    /// <returns>Null for all VMs.</returns>
    /// <exception cref="AetherscaleException"><c>bad-request</c>.</exception>
    public static VmFilter? Of(ListVmsOptions options)
    {
        if (options.Status is { } status && !s_statuses.Contains(status))
        {
            throw new AetherscaleException(BadRequest, $"{Quoted.Of(status)} is no status of a VM; there are: {string.Join(", ", s_statuses)}.");
        }

        return options is { Status: null, Name: null, Image: null } ? null : new VmFilter(options.Status, options.Name, InTheStore(options.Image));
    }

    public bool Fits(VmObservation vm) => Fits(StatusWord.Of(vm.State), vm.Vm.Spec?.Name, vm.Vm.Spec?.Image);

    /// <summary>Whether a VM fits that is still being made: of its image nothing is known yet.</summary>
    public bool Fits((VmId Id, VmName? Name) draft) => Fits(VmStatus.Creating, draft.Name?.ToString(), null);

    private bool Fits(string status, string? name, string? image) =>
        (Status is null || Status == status)
        && (Name is null || name?.StartsWith(Name, StringComparison.Ordinal) is true)
        && (Image is null || Image == image);

    /// <summary>What an image of the catalogue is called in the store.</summary>
    private static string? InTheStore(string? image) =>
        Images.Catalogue.ImageReference.TryParse(image, out var reference) ? reference.Name.ToString() : image;
}

using Aetherscale.Contract.Commands;

namespace Aetherscale.Commands.Hosts;

/// <summary><c>offer-vm</c>: whether this host would take a VM. Nothing is kept for it.</summary>
internal sealed class OfferVm(VmAdmission admission)
{
    public OfferVmResponse Run(CreateVmOptions options) => admission.Offer(options);
}

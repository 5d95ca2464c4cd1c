using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands.Hosts;

/// <summary>A VM is taken: there is room for it until this is disposed, which is when it has been made, or has not.</summary>
internal sealed class Admission(RoomReservation reservation) : IDisposable
{
    /// <summary>Tells which VM it is, as soon as that has an id, and before it exists: else it would count twice.</summary>
    public void For(string vmId) => reservation.Vm = VmId.TryParse(vmId, out var id) ? id : throw new ArgumentException("not an id", nameof(vmId));

    public void Dispose() => reservation.Dispose();
}

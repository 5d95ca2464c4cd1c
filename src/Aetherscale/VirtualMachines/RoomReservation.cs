namespace Aetherscale.VirtualMachines;

/// <summary>Room that is kept for a VM that is going to be made, until this is disposed.</summary>
internal sealed class RoomReservation(RoomWish wish, Action<RoomReservation> release) : IDisposable
{
    private volatile object? _vm;

    public RoomWish Wish => wish;

    /// <summary>The VM that it is for, once it has an id: from when that VM exists, it counts itself.</summary>
    public VmId? Vm
    {
        get => (VmId?)_vm;
        set => _vm = value;
    }

    public void Dispose() => release(this);
}

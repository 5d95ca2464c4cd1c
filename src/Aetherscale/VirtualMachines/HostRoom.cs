using Aetherscale.Images;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// The room that this host has for VMs, and what of it is taken: by all VMs that exist, and by reservations for those that are being made. It is
/// for VMs that somebody else places here; whoever asks this very host for a VM is not counted up to.
/// </summary>
internal sealed class HostRoom(VmStore store, HostCapacity capacity)
{
    private const long Mebibyte = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<RoomReservation> _reservations = [];
    private IReadOnlyList<Vm>? _vms;
    private Dictionary<VmId, (Vm Vm, RoomWish Takes)> _counted = [];
    private HostUse _sum;

    public HostCapacity Capacity => capacity;

    public HostUse Use
    {
        get
        {
            lock (_gate)
            {
                return Count();
            }
        }
    }

    /// <summary>What is missing for such a VM, in words; null when there is room.</summary>
    public string? MissingFor(RoomWish wish) => Missing(wish, Use);

    /// <summary>Keeps room for a VM. Whoever calls at the same time, no more is given than there is.</summary>
    /// <returns>Null when there is not enough.</returns>
    public RoomReservation? TryReserve(RoomWish wish, out string? missing)
    {
        lock (_gate)
        {
            missing = Missing(wish, Count());
            if (missing is not null)
            {
                return null;
            }

            var reservation = new RoomReservation(wish, Release);
            _reservations.Add(reservation);
            return reservation;
        }
    }

    private void Release(RoomReservation reservation)
    {
        lock (_gate)
        {
            _reservations.Remove(reservation);
        }
    }

    private string? Missing(RoomWish wish, HostUse use)
    {
        var missing = new[]
        {
            Missing("cpus", "", wish.Cpus, use.Cpus, capacity.Cpus),
            Missing("memory", " MiB", wish.MemoryMib, use.MemoryMib, capacity.MemoryMib),
            Missing("disk", " MiB", wish.DiskMib, use.DiskMib, capacity.DiskMib),
        };
        return missing.All(one => one is null) ? null : string.Join("; ", missing.OfType<string>());
    }

    private static string? Missing(string what, string unit, long wanted, long used, long all) =>
        wanted <= all - used ? null : $"{what}: {wanted}{unit} wanted, {Math.Max(0, all - used)}{unit} of {all} free";

    private HostUse Count()
    {
        // The store gives the same list until something changes.
        var vms = store.List();
        if (!ReferenceEquals(vms, _vms))
        {
            _counted = vms.ToDictionary(vm => vm.Id, Counted);
            _sum = _counted.Values.Aggregate(new HostUse(vms.Count, 0, 0, 0), (sum, vm) => sum.With(vm.Takes));
            _vms = vms;
        }

        return _reservations.Where(one => one.Vm is not { } vm || !_counted.ContainsKey(vm)).Aggregate(_sum, (sum, one) => sum.With(one.Wish));
    }

    private (Vm Vm, RoomWish Takes) Counted(Vm vm) =>
        _counted.TryGetValue(vm.Id, out var known) && ReferenceEquals(known.Vm, vm)
            ? known
            : (vm, new RoomWish(vm.Spec?.Cpus ?? 0, vm.Spec?.MemoryMib ?? 0, DiskOf(vm)));

    private static long DiskOf(Vm vm)
    {
        try
        {
            return vm.HasDisk ? InMebibytes(OverlayFile.VirtualSizeOf(vm.Folder.Disk)) : 0;
        }
        catch (InvalidDataException)
        {
            // It will not start; how large it is to be, nobody knows.
            return 0;
        }
    }

    /// <summary>So many MiB hold that many bytes.</summary>
    public static long InMebibytes(long bytes) => (bytes / Mebibyte) + (bytes % Mebibyte > 0 ? 1 : 0);
}

using Aetherscale.Images;
using Aetherscale.Tests.Images;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>The room of a host is given once.</summary>
public sealed class HostRoomTests : IDisposable
{
    private static readonly RoomWish s_wish = new(1, 128, 0);

    private readonly TestVms _vms = new();
    private readonly ImagesFolder _images = new();

    public void Dispose()
    {
        _vms.Dispose();
        _images.Dispose();
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_there_is()
    {
        var room = new HostRoom(_vms.Store, new HostCapacity(1000, (10 * 128) + 127, 0));
        var given = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => room.TryReserve(s_wish, out var _missing))));

        Assert.Equal(10, given.OfType<RoomReservation>().Count());
        Assert.Equal(new HostUse(0, 10, 1280, 0), room.Use);
        foreach (var reservation in given)
        {
            reservation?.Dispose();
        }

        Assert.Equal(default, room.Use);
    }

    [Fact]
    public async Task VMs_that_come_into_being_meanwhile_count_once()
    {
        var room = new HostRoom(_vms.Store, new HostCapacity(7, 100_000, 0));
        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => Task.Run(() =>
        {
            using var reservation = room.TryReserve(s_wish, out _);
            if (reservation is null)
            {
                return 0;
            }

            using var draft = _vms.Store.Draft(VmId.New(), null);
            reservation.Vm = draft.Id;
            VmSpecFile.WriteNew(draft.Folder, TestVms.SpecOf(draft.Id, null));
            draft.Commit();
            Assert.InRange(room.Use.Cpus, 1, 7);
            return 1;
        })));

        Assert.Equal(7, made.Sum());
        Assert.Equal(new HostUse(7, 7, 7 * 128, 0), room.Use);
    }

    [Fact]
    public void A_VM_counts_from_its_making_to_its_removal_with_the_disk_that_its_guest_sees()
    {
        var room = new HostRoom(_vms.Store, new HostCapacity(2, 1024, 100));
        var id = _vms.Make("web");
        _images.Create("base.qcow2", "64M");
        Overlay.Create($"{_vms.Path}/{id}/disk.qcow2", new BaseImage(default, _images["base.qcow2"], 64 << 20, ""), (70 << 20) + 512);

        Assert.Equal(new HostUse(1, 1, 128, 71), room.Use);
        Assert.Null(room.MissingFor(new RoomWish(1, 896, 29)));
        Assert.Equal(
            "cpus: 2 wanted, 1 of 2 free; memory: 1024 MiB wanted, 896 MiB of 1024 free; disk: 30 MiB wanted, 29 MiB of 100 free",
            room.MissingFor(new RoomWish(2, 1024, 30)));
        Assert.Null(room.TryReserve(new RoomWish(1, 897, 0), out var missing));
        Assert.Equal("memory: 897 MiB wanted, 896 MiB of 1024 free", missing);

        _vms.Store.Remove(_vms.Store.TryFind(id)!);
        Assert.Equal(default, room.Use);
    }

    [Fact]
    public void More_VMs_than_there_is_room_for_leave_none()
    {
        _vms.Make("web");
        _vms.Make("mail");

        Assert.Equal(
            "cpus: 1 wanted, 0 of 1 free; memory: 1 MiB wanted, 0 MiB of 100 free",
            new HostRoom(_vms.Store, new HostCapacity(1, 100, 0)).MissingFor(new RoomWish(1, 1, 0)));
    }
}

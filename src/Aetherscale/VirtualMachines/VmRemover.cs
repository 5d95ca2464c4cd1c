using Aetherscale.Files;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.VirtualMachines;

/// <summary>Takes a VM away, in an order that can be gone on with: the tombstone comes first, the folder goes last.</summary>
internal sealed class VmRemover(
    VmStore store, VmStopper stopper, VmUnits units, VmMonitors monitors, VmNetworks networks, VmUsers users, VmHistory history)
{
    /// <summary>A VM is gone.</summary>
    public event Action<VmId>? Removed;

    /// <summary>Ends the VM if it runs and removes all that belongs to it. May be repeated after it failed or was cut off.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="ask">For its history; null when a deletion that was cut off is finished.</param>
    /// <param name="cancellationToken">Gives up; the next daemon goes on with it.</param>
    public async Task RemoveAsync(Vm vm, VmAsk? ask, CancellationToken cancellationToken)
    {
        if (FileStatus.Of(vm.Folder.FolderPath) is { Kind: FileKind.Folder } && FileStatus.Of(vm.Folder.Tombstone) is null)
        {
            DurableFile.WriteNew(vm.Folder.Tombstone, [], UnixFileMode.UserRead | UnixFileMode.UserWrite, Beneath.FolderAndName);
            DurableFile.SyncFolder(vm.Folder.FolderPath);
        }

        await stopper.KillAsync(vm.Id, cancellationToken);
        units.Folder.Remove(VmUnit.NameOf(vm.Id));
        units.Folder.RemoveDropIns(VmUnit.NameOf(vm.Id));
        networks.Release(vm.Id);
        await monitors.ForgetAsync(vm.Id);
        store.Remove(vm);
        users.Release(vm.Id);
        history.Deleted(vm, ask);
        Removed?.Invoke(vm.Id);
    }
}

using Aetherscale.VirtualMachines;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>Finds VMs for what needs a QEMU that runs.</summary>
internal static class RunningVm
{
    /// <param name="store">Knows the VMs.</param>
    /// <param name="locks">For a VM whose create is under way.</param>
    /// <param name="observer">Knows what state they are in.</param>
    /// <param name="text">The VM's id or name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AetherscaleException"><c>bad-vm-id</c>, <c>vm-not-found</c> or <c>vm-not-running</c>.</exception>
    public static async Task<Vm> FindAsync(
        VmStore store, VmLocks locks, VmObserver observer, string text, CancellationToken cancellationToken) =>
        (await FindEvenPausedAsync(store, locks, observer, text, cancellationToken)) is (var vm, not VmState.Paused)
            ? vm
            : throw new AetherscaleException(VmNotRunning, $"VM \"{text}\" is paused, and its guest answers nobody; let it go on with resume-vm first.");

    /// <summary>The same for what needs QEMU and no guest.</summary>
    public static async Task<(Vm Vm, VmState State)> FindEvenPausedAsync(
        VmStore store, VmLocks locks, VmObserver observer, string text, CancellationToken cancellationToken)
    {
        var vm = await VmTurn.FindAsync(store, locks, text, cancellationToken);
        var observation = (await observer.ObserveAsync([vm], cancellationToken))[0];
        return observation.State is VmState.Running or VmState.Starting or VmState.Stopping or VmState.Paused
            ? (vm, observation.State)
            : throw new AetherscaleException(
                VmNotRunning, $"VM \"{vm.DisplayName}\" is {StatusWord.Of(observation.State)}; start it with start-vm first.");
    }
}

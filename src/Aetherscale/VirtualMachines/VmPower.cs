using Aetherscale.Qemu;
using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>What is done to a machine while its QEMU runs on: halted, let go on, reset.</summary>
internal sealed class VmPower(SystemdManager systemd, VmMonitors monitors)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Halts the guest's CPUs.</summary>
    /// <returns>False when they stood still already.</returns>
    /// <exception cref="AetherscaleException"><c>vm-not-running</c> or <c>qemu-failed</c>.</exception>
    public Task<bool> PauseAsync(Vm vm, CancellationToken cancellationToken) => RunAsync(
        vm,
        async (guest, client) =>
        {
            if (guest == GuestState.Paused)
            {
                return false;
            }

            await client.HaltAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Has a paused guest go on, whatever paused it.</summary>
    /// <returns>False when it was not paused.</returns>
    /// <exception cref="AetherscaleException"><c>vm-not-running</c> or <c>qemu-failed</c>.</exception>
    public Task<bool> ResumeAsync(Vm vm, CancellationToken cancellationToken) => RunAsync(
        vm,
        async (guest, client) =>
        {
            if (guest != GuestState.Paused)
            {
                return false;
            }

            await client.ContinueAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Presses the reset button. A paused machine goes on, too: it is to boot.</summary>
    /// <exception cref="AetherscaleException"><c>vm-not-running</c> or <c>qemu-failed</c>.</exception>
    public Task ResetAsync(Vm vm, CancellationToken cancellationToken) => RunAsync(
        vm,
        async (guest, client) =>
        {
            await client.ResetAsync(cancellationToken);
            if (guest == GuestState.Paused)
            {
                await client.ContinueAsync(cancellationToken);
            }

            return true;
        },
        cancellationToken);

    private async Task<bool> RunAsync(
        Vm vm, Func<GuestState, QmpClient, Task<bool>> run, CancellationToken cancellationToken)
    {
        var unit = await systemd.GetStateAsync(VmUnit.NameOf(vm.Id), cancellationToken);
        if (!UnitWatch.IsUp(unit) || unit is { ActiveState: UnitActiveState.Deactivating })
        {
            throw NotRunning(vm);
        }

        try
        {
            var (guest, client) = await monitors.AskAsync(vm.Id, s_patience, cancellationToken);
            if (guest == GuestState.ShutDown)
            {
                throw NotRunning(vm);
            }

            var done = await run(guest, client);
            await LookAsync(vm.Id, cancellationToken);
            return done;
        }
        catch (Exception error) when (error is QmpException or TimeoutException)
        {
            throw new AetherscaleException(QemuFailed, $"QEMU of VM \"{vm.DisplayName}\" does not do it: {error.Message}", error);
        }
    }

    /// <summary>Whoever lists the VMs after our answer is to see what was done. A guest that goes on may have powered itself off by now.</summary>
    private async Task LookAsync(VmId id, CancellationToken cancellationToken)
    {
        try
        {
            await monitors.AskAsync(id, s_patience, cancellationToken);
        }
        catch (Exception error) when (error is QmpException or TimeoutException)
        {
            // What was asked for is done all the same.
        }
    }

    private static AetherscaleException NotRunning(Vm vm) =>
        new(VmNotRunning, $"VM \"{vm.DisplayName}\" does not run; start it with start-vm first.");
}

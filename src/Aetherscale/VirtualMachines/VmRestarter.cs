using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>Shuts guests down and starts them again, by the same unit.</summary>
internal sealed class VmRestarter(SystemdManager systemd, VmStarter starter, VmStopper stopper, VmMonitors monitors)
{
    /// <summary>Answers once the new QEMU has greeted.</summary>
    /// <param name="vm">The VM. One that does not run is started.</param>
    /// <param name="grace">How long the guest may take to shut down before it is killed.</param>
    /// <param name="onQueued">Called when systemd has the job that shuts it down and starts it again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How the run before came to rest.</returns>
    /// <exception cref="AetherscaleException"><c>vm-broken</c>, <c>disk-missing</c> or <c>start-failed</c>.</exception>
    public async Task<StopOutcome> RestartAsync(Vm vm, TimeSpan grace, Action onQueued, CancellationToken cancellationToken)
    {
        if (!UnitWatch.IsUp(await systemd.GetStateAsync(VmUnit.NameOf(vm.Id), cancellationToken)))
        {
            await starter.StartAsync(vm, cancellationToken);
            return StopOutcome.WasNotRunning;
        }

        var wasKilled = false;
        await starter.PrepareAsync(vm, isLoaded: true, cancellationToken);
        await starter.FollowAsync(vm, RunJobAsync, cancellationToken);
        return wasKilled ? StopOutcome.KilledAfterGrace : StopOutcome.ShutDown;

        async Task<JobResult> RunJobAsync(string unit, CancellationToken token)
        {
            (var result, wasKilled) = await stopper.RestartAsync(vm.Id, grace, onQueued, token);

            // The monitor of the run before has greeted already: the next one is to be waited for.
            await monitors.ForgetAsync(vm.Id);
            return result;
        }
    }
}

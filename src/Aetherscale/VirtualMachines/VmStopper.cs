using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Bus;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Brings VMs to rest. systemd does the work: its stop job runs the unit's ExecStop, which asks the guest to power off,
/// and goes on without the daemon. A kill overtakes a graceful stop that is under way.
/// </summary>
internal sealed class VmStopper(SystemdManager systemd, BootLinks links, VmMonitors monitors, TimeProvider time)
{
    private const int SigKill = 9;

    private static readonly TimeSpan s_grip = TimeSpan.FromSeconds(1);

    private readonly KillRequests _kills = new();

    /// <summary>
    /// Has a graceful stop that is under way, or waits for its turn, end with a kill. To be disposed after the caller's own.
    /// </summary>
    public KillRequest Overtake(VmId id) => _kills.Announce(id);

    /// <summary>
    /// Asks the guest to shut down and waits until it is down; kills it after the grace, which is the unit's own when null.
    /// </summary>
    /// <param name="id">The VM.</param>
    /// <param name="grace">How long the guest may take.</param>
    /// <param name="onQueued">Called when systemd has the job: the guest is then shut down even if the daemon is gone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<StopOutcome> StopAsync(VmId id, TimeSpan? grace, Action onQueued, CancellationToken cancellationToken)
    {
        var unit = VmUnit.NameOf(id);
        links.Stopped(id);
        var before = await systemd.GetStateAsync(unit, cancellationToken);
        if (!IsAlive(before))
        {
            return StopOutcome.WasNotRunning;
        }

        await WakeAsync(id, cancellationToken);
        using var watch = _kills.Watch(id, out var overtaken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var limit = Task.Delay(grace ?? Timeout.InfiniteTimeSpan, time, over.Token);
        var wasForced = await EndAsync(unit, mercy: Task.WhenAny(limit, overtaken), onQueued, cancellationToken);
        await over.CancelAsync();
        if (wasForced && overtaken.IsCompleted)
        {
            _kills.Done(id);
            return StopOutcome.Killed;
        }

        if (wasForced)
        {
            return StopOutcome.KilledAfterGrace;
        }

        if (!UnitWatch.IsUp(before))
        {
            return StopOutcome.WaitedForRestart;
        }

        return await monitors.WasShutDownByGuestAsync(id, cancellationToken) ? StopOutcome.ShutDown : StopOutcome.KilledAfterGrace;
    }

    /// <summary>
    /// Has systemd shut the guest down and start the VM again, in one job that goes on without the daemon. What starts at boot
    /// stays as it is.
    /// </summary>
    /// <param name="id">A VM that runs.</param>
    /// <param name="grace">How long the guest may take to shut down before it is killed.</param>
    /// <param name="onQueued">Called when systemd has the job.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How the job ended, and whether the guest was killed.</returns>
    public async Task<(JobResult Result, bool WasKilled)> RestartAsync(
        VmId id, TimeSpan grace, Action onQueued, CancellationToken cancellationToken)
    {
        var unit = VmUnit.NameOf(id);
        var run = (await systemd.GetStateAsync(unit, cancellationToken))?.InvocationId;
        await WakeAsync(id, cancellationToken);
        using var watch = _kills.Watch(id, out var overtaken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var job = systemd.RestartUnitAsync(unit, onQueued, cancellationToken);
        await Task.WhenAny(job, overtaken, Task.Delay(grace, time, over.Token));
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();

        // Only the run that is to end: the next one may have begun this instant.
        var isLate = !job.IsCompleted
            && await systemd.GetStateAsync(unit, cancellationToken) is { ActiveState: UnitActiveState.Deactivating } now
            && now.InvocationId == run;
        var wasKilled = isLate && await KillProcessesAsync(unit, cancellationToken);
        return (await job, wasKilled);
    }

    /// <summary>Ends QEMU at once, without asking the guest.</summary>
    public Task<StopOutcome> KillAsync(VmId id, CancellationToken cancellationToken) =>
        KillAsync(id, static () => { }, cancellationToken);

    /// <summary>The same, and tells when systemd has the stop job.</summary>
    public async Task<StopOutcome> KillAsync(VmId id, Action onQueued, CancellationToken cancellationToken)
    {
        var unit = VmUnit.NameOf(id);

        // The disk and QEMU's end take their time side by side.
        var disabling = Task.Run(() => links.Stopped(id), CancellationToken.None);
        try
        {
            return await KillUnitAsync(id, unit, onQueued, cancellationToken);
        }
        finally
        {
            await disabling;
        }
    }

    private async Task<StopOutcome> KillUnitAsync(VmId id, string unit, Action onQueued, CancellationToken cancellationToken)
    {
        // A monitor that is connected is the quickest sign of life.
        if (monitors.ClientOf(id) is null && !IsAlive(await systemd.GetStateAsync(unit, cancellationToken)))
        {
            await systemd.ResetFailedAsync(unit, cancellationToken);
            return StopOutcome.WasNotRunning;
        }

        // From here on there is no way back: without the stop job systemd would start the killed QEMU again.
        cancellationToken.ThrowIfCancellationRequested();
        var isGone = await KillMainAsync(unit);
        await EndAsync(unit, mercy: isGone ? Task.Delay(s_grip, time, CancellationToken.None) : Task.CompletedTask, onQueued, CancellationToken.None);
        return StopOutcome.Killed;
    }

    /// <summary>
    /// Kills QEMU before systemd is told to stop the unit, and waits until systemd has seen it: a stop job of a running
    /// service would first start its ExecStop, in a sandbox of its own, only to be killed with it. The restart that systemd
    /// plans for a killed QEMU is a second away, and the stop job that follows cancels it; a daemon that is itself killed in
    /// these ten milliseconds has not answered, and its VM runs on.
    /// </summary>
    /// <returns>Whether systemd has seen it.</returns>
    private async Task<bool> KillMainAsync(string unit)
    {
        using var watch = new UnitWatch(systemd, unit);
        try
        {
            if (await KillProcessesAsync(unit, CancellationToken.None))
            {
                await watch.WaitForSignAsync(CancellationToken.None).WaitAsync(s_grip, time, CancellationToken.None);
                return true;
            }
        }
        catch (Exception error) when (error is TimeoutException or AetherscaleException)
        {
            // It hangs in the kernel, or systemd has not answered. The stop job is the second try.
        }

        return false;
    }

    /// <summary>Has systemd stop the unit, and kills what is left of it once the mercy is over.</summary>
    /// <returns>Whether it had to be killed.</returns>
    private async Task<bool> EndAsync(string unit, Task mercy, Action onQueued, CancellationToken cancellationToken)
    {
        using var watch = new UnitWatch(systemd, unit);

        // The job comes first: a unit that is being stopped is not restarted when its process dies.
        var job = systemd.StopUnitAsync(unit, onQueued, cancellationToken);
        await Task.WhenAny(job, mercy);

        // The daemon's own end is no reason to kill a guest: systemd goes on with the stop.
        cancellationToken.ThrowIfCancellationRequested();
        var wasForced = !job.IsCompleted;
        while (!job.IsCompleted)
        {
            await KillProcessesAsync(unit, cancellationToken);

            // systemd may have been between two processes of the unit when the signal came.
            await Task.WhenAny(job, Task.Delay(s_grip, time, cancellationToken));
        }

        var result = await job;
        if (result != JobResult.Done && IsAlive(await systemd.GetStateAsync(unit, cancellationToken)))
        {
            throw new AetherscaleException(StopFailed, $"systemd could not stop {unit} ({result}); see: {systemd.Scope.Systemctl()} status {unit}");
        }

        // A killed process leaves the unit failed, which would look like a crash, unless systemd was about to start it again.
        if (watch.LastHeard != UnitActiveState.Inactive)
        {
            await systemd.ResetFailedAsync(unit, cancellationToken);
        }

        return wasForced;
    }

    /// <summary>A paused guest cannot shut itself down. One that cannot go on either is killed in the end.</summary>
    private async Task WakeAsync(VmId id, CancellationToken cancellationToken)
    {
        try
        {
            await monitors.ResumeAsync(id, cancellationToken);
        }
        catch (Exception error) when (error is QmpException or TimeoutException)
        {
            // The stop goes on, and says how it ended.
        }
    }

    /// <returns>False when there was none.</returns>
    private async Task<bool> KillProcessesAsync(string unit, CancellationToken cancellationToken)
    {
        try
        {
            await systemd.KillUnitAsync(unit, KillWho.All, SigKill, cancellationToken);
            return true;
        }
        catch (AetherscaleException error) when (error.Is(SystemdErrors.NoSuchProcess) || error.Is(SystemdErrors.NoSuchUnit))
        {
            // It was faster, or waits to be restarted.
            return false;
        }
    }

    private static bool IsAlive(UnitState? unit) =>
        unit is { ActiveState: not (UnitActiveState.Inactive or UnitActiveState.Failed or UnitActiveState.Unknown) };
}

using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;
using Aetherscale.VirtualMachines.History;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>Starts VMs, and answers once QEMU has greeted: accepted is not enough.</summary>
internal sealed class VmStarter(
    SystemdManager systemd,
    CgroupGrace grace,
    VmUnits units,
    VmDisks disks,
    BootLinks links,
    VmMonitors monitors,
    JournalReader journal,
    VmHistory history,
    TimeProvider time,
    ILogger<VmStarter> logger)
{
    private const int LinesOfReason = 5;

    // EXIT_EXEC (systemd.exec(5)): the program could not be executed. From inside the sandbox nobody logs why.
    private const int ExitExec = 203;

    private static readonly TimeSpan s_readyDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_journalDeadline = TimeSpan.FromSeconds(2);

    /// <summary>A start is about to come: what the kernel takes its time for begins now.</summary>
    public void Expect() => grace.Begin();

    /// <summary>Starts the VM, now and, unless its policy is another, at every boot.</summary>
    /// <exception cref="AetherscaleException">
    /// <c>vm-broken</c>, <c>disk-missing</c>, <c>disk-unsafe</c>, <c>base-changed</c> or <c>start-failed</c>; it is then as stopped as before, unless the daemon itself was stopped.
    /// </exception>
    public async Task<StartOutcome> StartAsync(Vm vm, CancellationToken cancellationToken)
    {
        Expect();
        var unit = VmUnit.NameOf(vm.Id);
        if (vm.IsDeleting)
        {
            throw new AetherscaleException(VmNotFound, $"VM \"{vm.DisplayName}\" is being deleted.");
        }

        // One that crashed and waits for systemd's next try is not up: a user's start comes first.
        var present = await systemd.GetStateAsync(unit, cancellationToken);
        if (UnitWatch.IsUp(present) && present is not { ActiveState: UnitActiveState.Deactivating })
        {
            // It may have been started by hand, and not for the next boot.
            links.Started(vm);
            return await ResumeAsync(vm.Id, cancellationToken) ? StartOutcome.Resumed : StartOutcome.WasRunning;
        }

        await using var undo = new UndoStack(logger);
        await PrepareAsync(vm, isLoaded: present is not null, cancellationToken);

        if (links.Started(vm))
        {
            undo.Push(() => links.Stopped(vm.Id));
        }

        await monitors.ForgetAsync(vm.Id);
        try
        {
            await FollowAsync(vm, systemd.StartUnitAsync, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The daemon is stopping; systemd goes on with the start, and the VM belongs to the next boot.
            undo.Commit();
            throw;
        }

        undo.Commit();
        return StartOutcome.Started;
    }

    /// <summary>
    /// Starts a VM for the first time, and notes that this is done. One that does not start is as stopped as any other from
    /// then on: neither the next daemon nor the next boot tries it again.
    /// </summary>
    public async Task StartNewAsync(Vm vm, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(vm, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            links.Stopped(vm.Id);
            File.Delete(vm.Folder.Creating);
            throw;
        }

        File.Delete(vm.Folder.Creating);
    }

    /// <summary>Makes the unit what the spec says, and forgets what became of it before.</summary>
    /// <exception cref="AetherscaleException"><c>vm-broken</c>, <c>disk-missing</c>, <c>disk-unsafe</c> or <c>base-changed</c>.</exception>
    public async Task PrepareAsync(Vm vm, bool isLoaded, CancellationToken cancellationToken)
    {
        var spec = vm.Spec ?? throw new AetherscaleException(VmBroken, $"VM \"{vm.Id}\" cannot be started: {vm.Problem}.");
        await disks.CheckAsync(vm, spec, cancellationToken);
        await units.PrepareAsync(vm.Id, spec, cancellationToken);
        if (isLoaded)
        {
            await units.RefreshAsync(vm.Id, cancellationToken);

            // A user's start is a new beginning: earlier crashes do not count against it.
            await systemd.ResetFailedAsync(VmUnit.NameOf(vm.Id), cancellationToken);
        }
    }

    private async Task<bool> ResumeAsync(VmId id, CancellationToken cancellationToken)
    {
        try
        {
            return await monitors.ResumeAsync(id, cancellationToken);
        }
        catch (Exception error) when (error is QmpException or TimeoutException)
        {
            throw new AetherscaleException(StartFailed, $"VM \"{id}\" is paused and cannot go on: {error.Message}", error);
        }
    }

    /// <summary>Has a job start the VM's unit, and waits until QEMU greets on a monitor that is made after it.</summary>
    /// <param name="vm">The VM, prepared.</param>
    /// <param name="job">Runs the job for a unit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AetherscaleException"><c>start-failed</c>.</exception>
    public async Task FollowAsync(
        Vm vm, Func<string, CancellationToken, Task<JobResult>> job, CancellationToken cancellationToken)
    {
        var unitName = VmUnit.NameOf(vm.Id);
        using var watch = new UnitWatch(systemd, unitName);
        var result = await job(unitName, cancellationToken);
        if (result != JobResult.Done)
        {
            throw await FailAsync(vm, unitName, $"systemd's job ended with: {result}", cancellationToken);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var greeted = monitors.AttachAsync(vm.Id, patience.Token);
        var ended = watch.WaitForEndAsync(patience.Token);
        var first = await Task.WhenAny(greeted, ended, Task.Delay(s_readyDeadline, time, patience.Token));
        await patience.CancelAsync();
        if (first == ended)
        {
            var unit = await ended;
            if (unit is null or { ActiveState: UnitActiveState.Inactive })
            {
                // A guest that powers off at once can be faster than QEMU's greeting. That was a good start, too, and the
                // guest is meant to stay off.
                links.PoweredOff(vm.Id);
                return;
            }

            throw await FailAsync(vm, unitName, "QEMU ended at once", cancellationToken);
        }

        if (first != greeted)
        {
            throw await FailAsync(vm, unitName, "QEMU did not open its monitor in time", cancellationToken);
        }

        await greeted;
    }

    private async Task<AetherscaleException> FailAsync(Vm vm, string unit, string what, CancellationToken cancellationToken)
    {
        var properties = await systemd.GetUnitAsync(unit, cancellationToken);
        history.GiveUp(vm.Id);
        await systemd.StopUnitAsync(unit, cancellationToken);
        await systemd.ResetFailedAsync(unit, cancellationToken);
        if (properties is { ExecMainStatus: ExitExec })
        {
            what = $"{units.Qemu} is missing or cannot be executed (setting \"qemu\")";
        }

        var words = properties is not null
            ? await journal.ReadLastAsync(unit, properties, LinesOfReason, s_journalDeadline, cancellationToken)
            : [];
        var reason = words.Count > 0 ? $"{what}: {string.Join("; ", words)}" : $"{what}; see: {systemd.Scope.Journalctl()} -u {unit}";
        return new AetherscaleException(StartFailed, $"VM \"{vm.DisplayName}\" did not start. {reason}");
    }
}

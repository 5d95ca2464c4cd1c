using Aetherscale.Files;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// Adds to the histories what happened while no daemon ran, as far as systemd and the journal still tell. VMs that are as they were
/// are known by their files; systemd is asked about the others only.
/// </summary>
internal sealed class HistoryCatchUp(
    SystemdManager systemd, VmStore store, VmHistory history, RuntimeFolder runtime, HostClock clock, ILogger<HistoryCatchUp> logger)
{
    // A unit is told to be up before QEMU has made its socket; a restart takes longer (RestartSec=).
    private static readonly TimeSpan s_socketDelay = TimeSpan.FromSeconds(1);

    private const int JournalLines = 200;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var vms = store.List();
            var units = (await systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken)).ToDictionary(unit => unit.Name);
            foreach (var vm in vms)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var listing = units.GetValueOrDefault(VmUnit.NameOf(vm.Id));
                await history.CatchUpAsync(vm.Id, last => DeriveAsync(vm, last, listing, cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next daemon goes on with it.
        }
        catch (AetherscaleException error)
        {
            CatchUpLog.Failed(logger, error);
        }
    }

    private async Task<VmTransition?> DeriveAsync(Vm vm, VmTransition? last, UnitListing? listing, CancellationToken cancellationToken)
    {
        var active = listing?.ActiveState ?? UnitActiveState.Inactive;
        if (vm.IsCreating || last is null || (active == UnitActiveState.Inactive && !TransitionRules.IsUp(last) && last.Status != VmState.Starting))
        {
            return null;
        }

        if (active == UnitActiveState.Active && TransitionRules.IsUp(last)
            && FileStatus.Of(runtime.OfVm(vm.Id).QmpSocket) is { } socket
            && DateTimeOffset.UnixEpoch.AddTicks(socket.ChangeTime / TimeSpan.NanosecondsPerTick) < last.Time + s_socketDelay)
        {
            return null;
        }

        var unit = await systemd.GetUnitAsync(VmUnit.NameOf(vm.Id), cancellationToken);
        var journal = await Task.Run(() => ReadJournal(vm.Id, last.Time), cancellationToken);
        return AwayRules.Derive(last, Moment(unit, journal));
    }

    private UnitMoment Moment(UnitProperties? unit, IReadOnlyList<JournalLine> journal)
    {
        var active = unit?.ActiveState ?? UnitActiveState.Inactive;
        var told = active == UnitActiveState.Active ? unit!.ActiveEnterTimestamp : unit?.InactiveEnterTimestamp;
        return new UnitMoment
        {
            Time = told ?? (journal is [.., var last] ? last.Time : clock.Now),
            Active = active,
            Sub = unit?.SubState ?? UnitSubState.Dead,
            HasJob = unit is { HasJob: true } || journal.Any(line => line.JobType is "stop" or "restart"),
            RunId = unit?.InvocationId is { Length: > 0 } run ? run : null,
            Result = unit?.Result ?? ServiceResult.Unknown,
            Run = unit is null ? null : new ServiceRun(unit.ExecMainPid, unit.ExecMainCode, unit.ExecMainStatus, unit.NRestarts),
            HostBoot = clock.HostBoot,
        };
    }

    private IReadOnlyList<JournalLine> ReadJournal(VmId id, DateTimeOffset since)
    {
        using var journal = new UnitJournal(VmUnit.NameOf(id), systemd.Scope);
        return journal.ReadLast(JournalLines, since);
    }
}

internal static partial class CatchUpLog
{
    [LoggerMessage(LogLevel.Warning, "What happened while no daemon ran could not be found out")]
    public static partial void Failed(ILogger logger, Exception error);
}

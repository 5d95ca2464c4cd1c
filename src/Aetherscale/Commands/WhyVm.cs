using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>why-vm</c>: why a VM is in its state, in one sentence, with all that the sentence rests on.</summary>
internal sealed class WhyVm(VmStore store, VmLocks locks, VmObserver observer, SystemdManager systemd, VmHistory history)
{
    private const int Events = 10;
    private const int ConsoleLines = 5;
    private const int LogLines = 10;

    public async Task<WhyVmResponse> RunAsync(VmOptions options, CancellationToken cancellationToken)
    {
        var vm = await VmTurn.FindAsync(store, locks, options.VmId, cancellationToken);
        var known = await history.ReadAsync(vm, Events + 1);
        var events = known.TakeLast(Events).ToList();
        var observation = (await observer.ObserveAsync([vm], cancellationToken))[0];
        var unit = await systemd.GetUnitAsync(VmUnit.NameOf(vm.Id), cancellationToken);
        return new WhyVmResponse
        {
            VmId = vm.Id.ToString(),
            Name = vm.Spec?.Name,
            Status = StatusWord.Of(observation.State),
            Hint = observation.Hint,
            Why = WhySentence.Of(vm.DisplayName, observation.State, observation.Hint, events),
            Events = [.. events.Select(what => WireEvents.Of(vm.Id, vm.Spec?.Name, what))],
            EarlierEvents = known.Count > Events ? true : null,
            Unit = unit is null ? null : Of(VmUnit.NameOf(vm.Id), unit),
            Console = [.. ConsoleText.LastLines(vm.Folder, ConsoleLines)],
            Log = await Task.Run(() => UnitLog.ReadLast(vm.Id, systemd.Scope, LogLines, DateTimeOffset.MinValue), cancellationToken),
            Bundle = WireEvents.Of(events.LastOrDefault(what => what.Bundle is not null)?.Bundle),
        };
    }

    private static WhyVmUnit Of(string name, UnitProperties unit)
    {
        var end = SystemdEnd.Of(unit.Result, new ServiceRun(unit.ExecMainPid, unit.ExecMainCode, unit.ExecMainStatus, unit.NRestarts));
        return new WhyVmUnit
        {
            Name = name,
            ActiveState = KebabWord<UnitActiveState>.Of(unit.ActiveState),
            SubState = KebabWord<UnitSubState>.Of(unit.SubState),
            Result = KebabWord<ServiceResult>.Of(unit.Result),
            ExecMainCode = end.ExecMainCode,
            ExecMainStatus = end.ExecMainStatus,
            Restarts = unit.NRestarts,
            OomKilled = unit.Result == ServiceResult.OomKill,
        };
    }
}

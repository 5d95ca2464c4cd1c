using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary>What happened to a VM, as the wire tells it.</summary>
internal static class WireEvents
{
    public static Contract.Commands.VmEvent Of(VmId vm, string? name, VmTransition what) => new()
    {
        VmId = vm.ToString(),
        Name = name,
        Time = what.Time,
        Event = KebabWord<TransitionKind>.Of(what.Event),
        Status = what.Event == TransitionKind.Deleted ? VmStatus.Deleted : StatusWord.Of(what.Status),
        Cause = KebabWord<TransitionCause>.Of(what.Cause),
        Text = what.Text,
        Requester = what.Requester is { } who ? Of(who) : null,
        Systemd = what.Systemd is { } end ? Of(end) : null,
        QmpReason = what.QmpReason,
        RunId = what.RunId,
        WhileAway = what.WhileAway,
        Times = what.Times,
        Bundle = Of(what.Bundle),
    };

    public static VmCrashBundle? Of(CrashBundle? bundle) => bundle is null ? null : new VmCrashBundle
    {
        Folder = bundle.Folder,
        Files = bundle.Files,
        Missing = bundle.Missing,
    };

    private static VmEventRequester Of(VmRequester who) => new()
    {
        Command = who.Command,
        Door = who.Door,
        Uid = who.Uid,
        User = who.User,
        Pid = who.Pid,
        Client = who.Client,
        RequestId = who.RequestId,
    };

    private static VmEventSystemd Of(SystemdEnd end) => new()
    {
        Result = KebabWord<ServiceResult>.Of(end.Result),
        ExecMainCode = end.ExecMainCode,
        ExecMainStatus = end.ExecMainStatus,
        Restarts = end.Restarts,
        OomKilled = end.Result == ServiceResult.OomKill,
    };
}

using Aetherscale.Contract;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

/// <summary>Which end, beginning or pause is put down to whom.</summary>
public sealed class TransitionRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly VmRequester s_who = new() { Command = "stop-vm", Door = "socket", Uid = 1000, Pid = 7, RequestId = "r-1" };

    private static readonly VmRequester s_restarter = s_who with { Command = CommandNames.RestartVm };

    private static readonly VmTransition s_runs = Last(TransitionKind.Started, VmState.Running);

    private static readonly VmTransition s_stops = Last(TransitionKind.Stopping, VmState.Stopping);

    private static readonly VmTransition s_stopped = Last(TransitionKind.Stopped, VmState.Stopped);

    private static readonly VmTransition s_waits = Last(TransitionKind.Crashed, VmState.Starting);

    private static readonly QmpStory s_off = new() { ShutdownReason = "guest-shutdown", ByGuest = true };

    private static readonly QmpStory s_term = new() { ShutdownReason = "host-signal" };

    private static readonly UnitMoment s_up = new() { Time = s_noon, Active = UnitActiveState.Active, Sub = UnitSubState.Running, RunId = "two" };

    private static readonly UnitMoment s_down = new()
    {
        Time = s_noon,
        Active = UnitActiveState.Inactive,
        Sub = UnitSubState.Dead,
        RunId = "one",
        Result = ServiceResult.Success,
        Run = new ServiceRun(4711, 1, 0, 0),
    };

    private static readonly UnitMoment s_failed = s_down with
    {
        Active = UnitActiveState.Failed,
        Sub = UnitSubState.Failed,
        Result = ServiceResult.Signal,
        Run = new ServiceRun(4711, 2, 9, 0),
    };

    private static readonly UnitMoment s_waiting = s_failed with { Active = UnitActiveState.Activating, Sub = UnitSubState.AutoRestart };

    private static readonly UnitMoment s_stopping = s_down with { Active = UnitActiveState.Deactivating, Sub = UnitSubState.Stop };

    private static readonly (string What, VmTransition? Last, UnitMoment Now, string? Found)[] s_rows =
    [
        ("a start by us", s_stopped, s_up with { Asks = [Ask(AskKind.Start)] }, "started running request QEMU was started (stop-vm)"),
        ("a start by hand", s_stopped, s_up, "started running outside its unit was started by systemctl or another unit, not through aetherscale"),
        ("a boot", s_stopped, s_up with { HostBoot = s_noon }, "started running host-boot it was started with the host"),
        ("a restart by systemd", s_waits, s_up, "restarted running auto-restart systemd started it again after the crash"),
        ("a start while it waits", s_waits, s_up with { Asks = [Ask(AskKind.Start)] }, "started running request QEMU was started (stop-vm)"),
        ("the start of a restart by us", s_stopped with { Requester = s_restarter }, s_up, "started running request QEMU was started (restart-vm)"),
        ("the same run once more", s_runs, s_up with { RunId = "one" }, null),
        ("another run at once", s_runs, s_up, "started running outside its unit was started by systemctl or another unit, not through aetherscale"),

        ("a stop by us begins", s_runs, s_stopping with { HasJob = true, Asks = [Ask(AskKind.Stop)] }, "stopping stopping request the guest was asked to shut down (stop-vm)"),
        ("a stop by hand begins", s_runs, s_stopping with { HasJob = true }, "stopping stopping outside its unit is being stopped by systemctl or the host, not through aetherscale"),
        ("the guest's own end begins", s_runs, s_stopping, null),
        ("a kill begins", s_runs, s_stopping with { HasJob = true, Asks = [Ask(AskKind.Kill)] }, null),

        ("a power-off of the guest's", s_runs, s_down with { Story = s_off }, "stopped stopped guest the guest powered itself off"),
        ("the same unheard", s_runs, s_down, "stopped stopped guest QEMU ended without an error and nobody had asked for it: the guest powered itself off"),
        ("a stop by us", s_stops, s_down with { Asks = [Ask(AskKind.Stop)], Story = s_off with { PowerButton = true } }, "stopped stopped request the guest shut down as it was asked to (stop-vm)"),
        ("a stop that outlived its daemon", s_stops with { Requester = s_who }, s_down, "stopped stopped request the guest shut down as it was asked to (stop-vm)"),
        ("a stop by hand", s_stops, s_down with { Story = s_off with { PowerButton = true } }, "stopped stopped outside its unit was stopped by systemctl or the host, not through aetherscale"),
        ("a power button over QMP", s_runs, s_down with { Story = s_off with { PowerButton = true } }, "stopped stopped outside the guest shut down because somebody pressed its power button by QEMU's monitor; not through aetherscale"),
        ("a deaf guest", s_stops, s_down with { Asks = [Ask(AskKind.Stop)], Story = s_term }, "killed stopped grace-over the guest did not shut down in the time that it was given, and QEMU was ended (stop-vm)"),
        ("a deaf guest by hand", s_stops, s_down with { Story = s_term }, "killed stopped grace-over the guest did not shut down in the time that it was given, and QEMU was ended"),
        ("a deaf and frozen QEMU by hand", s_stops, s_failed with { Result = ServiceResult.Timeout }, "killed crashed grace-over the guest did not shut down in the time that it was given, and QEMU was ended"),
        ("a kill by us", s_runs, s_down with { Asks = [Ask(AskKind.Stop), Ask(AskKind.Kill)] }, "killed stopped request QEMU was ended at once, without asking the guest (stop-vm)"),
        ("a kill by us that leaves the unit failed", s_runs, s_failed with { Asks = [Ask(AskKind.Delete)] }, "killed stopped request QEMU was ended at once, without asking the guest (stop-vm)"),
        ("SIGTERM by hand", s_runs, s_down with { Story = s_term }, "killed stopped outside somebody ended QEMU, not through aetherscale; QEMU says: host-signal"),
        ("a start that is given up", s_waits, s_down with { Asks = [Ask(AskKind.GiveUp)] }, "stopped stopped start-failed it could not be started, and the start was given up (stop-vm)"),
        ("a stop while it waits for its restart", s_waits, s_down with { Asks = [Ask(AskKind.Stop)] }, "stopped stopped request it waited for its restart after a crash, and was stopped (stop-vm)"),
        ("a new unit is loaded", Last(TransitionKind.Created, VmState.Starting), s_down with { Run = new ServiceRun(0, 0, 0, 0) }, null),
        ("a unit that never ran is loaded", s_runs, s_down with { Run = new ServiceRun(9, 0, 0, 0) }, null),
        ("on the way to the next try", s_waits, s_down, null),
        ("rest after rest", s_stopped, s_down, null),
        ("a failure that is forgotten", Last(TransitionKind.Crashed, VmState.Crashed), s_down, null),

        ("SIGKILL", s_runs, s_waiting, "crashed starting qemu-signal QEMU was killed by signal 9 (KILL)"),
        ("SIGKILL by us", s_runs, s_waiting with { Asks = [Ask(AskKind.Kill)] }, null),
        ("the same crash twice", s_waits, s_waiting, null),
        ("a crash of QEMU's", s_runs, s_waiting with { Result = ServiceResult.CoreDump, Run = new ServiceRun(1, 3, 11, 0) }, "crashed starting qemu-signal QEMU crashed with signal 11 (SEGV)"),
        ("an error of QEMU's", s_runs, s_waiting with { Result = ServiceResult.ExitCode, Run = new ServiceRun(1, 1, 1, 0) }, "crashed starting qemu-error QEMU ended with exit code 1"),
        ("a QEMU that is not there", s_runs, s_waiting with { Result = ServiceResult.ExitCode, Run = new ServiceRun(1, 1, 203, 0) }, "crashed starting qemu-error QEMU could not be executed"),
        ("a guest's panic", s_runs, s_waiting with { Result = ServiceResult.ExitCode, Run = new ServiceRun(1, 1, 1, 0), Story = new QmpStory { Panicked = true } }, "crashed starting guest-panic the guest's kernel panicked"),
        ("no memory", s_runs, s_waiting with { Result = ServiceResult.OomKill }, "crashed starting out-of-memory the kernel killed QEMU because there was no memory left"),
        ("no restart", s_runs, s_failed, "crashed crashed qemu-signal QEMU was killed by signal 9 (KILL)"),
        ("too many crashes", s_waits, s_failed, "crashed crashed too-many-crashes it crashed too often, and systemd does not start it again"),
    ];

    public static TheoryData<string> Rows => [.. s_rows.Select(row => row.What)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_change_of_the_unit_is_put_down_to_its_cause(string what)
    {
        var row = s_rows.Single(row => row.What == what);

        Assert.Equal(row.Found, Text(TransitionRules.OfUnit(row.Last, row.Now)));
    }

    [Fact]
    public void What_systemd_and_QEMU_said_is_kept()
    {
        var found = TransitionRules.OfUnit(s_runs, s_waiting with { Run = new ServiceRun(4711, 2, 9, 3), Story = s_off })!;

        Assert.Equal(
            new SystemdEnd { Result = ServiceResult.Signal, ExecMainCode = "killed", ExecMainStatus = 9, Restarts = 3 }, found.Systemd);
        Assert.Equal(("guest-shutdown", "one", s_noon), (found.QmpReason, found.RunId, found.Time));
    }

    [Theory]
    [InlineData("paused", "io-error", null, "paused paused disk-error the host could not read or write the guest's disk: No space left on device")]
    [InlineData("paused", "guest-panicked", null, "paused paused guest-panic the guest's kernel panicked")]
    [InlineData("paused", "paused", null, "paused paused outside somebody paused the guest by QEMU's monitor; not through aetherscale")]
    [InlineData("paused", "paused", "Pause", "paused paused request the guest was paused (stop-vm)")]
    [InlineData("paused", "watchdog", null, "paused paused unknown QEMU paused the guest: watchdog")]
    [InlineData("resumed", null, null, null)]
    [InlineData("rebooted", "guest-reset", null, "rebooted running guest the guest rebooted")]
    [InlineData("rebooted", "host-qmp-system-reset", "Reboot", "rebooted running request the guest's machine was reset (stop-vm)")]
    [InlineData("rebooted", "host-qmp-system-reset", null, "rebooted running outside the guest's machine was reset, not through aetherscale; QEMU says: host-qmp-system-reset")]
    public void What_QEMU_tells_of_a_running_guest_has_its_cause(string told, string? reason, string? ask, string? found)
    {
        var kind = Enum.Parse<TransitionKind>(told, ignoreCase: true);
        var asked = ask is null ? null : Ask(Enum.Parse<AskKind>(ask));
        var story = new QmpStory { DiskError = "No space left on device" };

        Assert.Equal(found, Text(TransitionRules.OfQmp(s_runs, new QmpTold(kind, reason, story), asked, s_noon)));
    }

    [Fact]
    public void A_guest_that_goes_on_was_paused_before()
    {
        var paused = Last(TransitionKind.Paused, VmState.Paused);
        var goesOn = new QmpTold(TransitionKind.Resumed, null, new QmpStory());

        Assert.Equal("resumed running request the guest goes on (stop-vm)", Text(TransitionRules.OfQmp(paused, goesOn, Ask(AskKind.Start), s_noon)));
        Assert.Null(TransitionRules.OfQmp(paused, goesOn with { Kind = TransitionKind.Paused, Reason = "paused" }, null, s_noon));
    }

    internal static string? Text(VmTransition? found) => found is null ? null
        : $"{KebabWord<TransitionKind>.Of(found.Event)} {KebabWord<VmState>.Of(found.Status)} {KebabWord<TransitionCause>.Of(found.Cause)} "
            + found.Text + (found.Requester is { } who ? $" ({who.Command})" : "");

    private static VmAsk Ask(AskKind kind) => new(kind, s_who);

    private static VmTransition Last(TransitionKind kind, VmState state) => new()
    {
        Time = s_noon.AddHours(-1),
        Event = kind,
        Status = state,
        Cause = TransitionCause.Unknown,
        Text = "",
        RunId = "one",
    };
}

using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

/// <summary>What is made of a VM that is not as the last daemon left it.</summary>
public sealed class AwayRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly VmTransition s_runs = new()
    {
        Time = s_noon.AddHours(-1),
        Event = TransitionKind.Started,
        Status = VmState.Running,
        Cause = TransitionCause.Request,
        Text = "",
        RunId = "one",
    };

    private static readonly VmTransition s_stopped = s_runs with { Event = TransitionKind.Stopped, Status = VmState.Stopped };

    private static readonly UnitMoment s_down = new()
    {
        Time = s_noon,
        Active = UnitActiveState.Inactive,
        RunId = "one",
        Result = ServiceResult.Success,
        Run = new ServiceRun(4711, 1, 0, 0),
    };

    private static readonly UnitMoment s_up = s_down with { Active = UnitActiveState.Active, RunId = "two", Run = new ServiceRun(4712, 0, 0, 0) };

    private static readonly UnitMoment s_failed = s_down with
    {
        Active = UnitActiveState.Failed,
        Result = ServiceResult.Signal,
        Run = new ServiceRun(4711, 2, 11, 0),
    };

    private static readonly (string What, VmTransition Last, UnitMoment Now, string? Found)[] s_rows =
    [
        ("nothing happened to one that runs", s_runs, s_up with { RunId = "one" }, null),
        ("nothing happened to one at rest", s_stopped, s_down, null),
        ("a power-off", s_runs, s_down, "stopped stopped guest QEMU ended without an error and nobody had asked for it: the guest powered itself off"),
        ("a stop by systemctl", s_runs, s_down with { HasJob = true }, "stopped stopped outside its unit was stopped by systemctl or the host, not through aetherscale"),
        ("a unit that systemd has forgotten", s_runs, s_down with { Run = null, Result = ServiceResult.Unknown, RunId = null }, "stopped stopped guest QEMU ended without an error and nobody had asked for it: the guest powered itself off"),
        ("the host went down", s_runs, s_down with { HostBoot = s_noon.AddMinutes(-5) }, "stopped stopped host-down the host went down"),
        ("the host was booted", s_runs, s_up with { HostBoot = s_noon.AddMinutes(-5) }, "started running host-boot it was started with the host"),
        ("a start by hand", s_stopped, s_up, "started running outside its unit was started by systemctl or another unit, not through aetherscale"),
        ("a restart by hand", s_runs, s_up, "started running outside its unit was started by systemctl or another unit, not through aetherscale"),
        ("a crash and a restart", s_runs, s_up with { Run = new ServiceRun(4712, 0, 0, 2) }, "restarted running auto-restart it crashed, and systemd started it again; 2 times since it was started by hand"),
        ("a crash", s_runs, s_failed, "crashed crashed qemu-signal QEMU was killed by signal 11 (SEGV)"),
        ("a crash loop", s_runs, s_failed with { Run = new ServiceRun(4711, 2, 9, 4) }, "crashed crashed too-many-crashes QEMU was killed by signal 9 (KILL); systemd had started it again 4 times, and does not any more"),
        ("a crash that is known", s_runs with { Event = TransitionKind.Crashed, Status = VmState.Crashed }, s_failed, null),
        ("a start by hand, and a crash", s_stopped, s_failed with { RunId = "two" }, "crashed crashed qemu-signal QEMU was killed by signal 11 (SEGV)"),
        ("a daemon that was killed while it created", s_runs with { Event = TransitionKind.Created, Status = VmState.Starting, RunId = null }, s_down, "stopped stopped guest QEMU ended without an error and nobody had asked for it: the guest powered itself off"),
        ("a create that was cut off before its first start", s_runs with { Event = TransitionKind.Created, Status = VmState.Starting, RunId = null }, s_down with { Run = null, RunId = null }, null),
        ("the host went down while it waited for its restart", s_runs with { Event = TransitionKind.Crashed, Status = VmState.Starting }, s_down with { Run = null, HostBoot = s_noon.AddMinutes(-5) }, "stopped stopped host-down the host went down"),
    ];

    public static TheoryData<string> Rows => [.. s_rows.Select(row => row.What)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_happened_meanwhile_follows_from_what_was_and_what_is(string what)
    {
        var row = s_rows.Single(row => row.What == what);

        var found = AwayRules.Derive(row.Last, row.Now);

        Assert.Equal(row.Found, TransitionRulesTests.Text(found));
        Assert.True(found is null or { WhileAway: true });
    }

    [Fact]
    public void It_is_never_older_than_what_is_known()
    {
        var found = AwayRules.Derive(s_runs, s_down with { Time = s_noon.AddDays(-3) })!;

        Assert.Equal(s_runs.Time, found.Time);
    }
}

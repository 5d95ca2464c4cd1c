using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

public sealed class WhySentenceTests
{
    private static readonly VmRequester s_who = new()
    {
        Command = "stop-vm", Door = "socket", Uid = 1000, Pid = 4711, Client = "aetherscale-cli", RequestId = "r-1",
    };

    private static readonly VmTransition s_off = Event(TransitionKind.Stopped, VmState.Stopped, TransitionCause.Guest, "the guest powered itself off");

    private static readonly VmTransition s_crash =
        Event(TransitionKind.Crashed, VmState.Starting, TransitionCause.QemuSignal, "QEMU was killed by signal 9 (KILL)");

    [Fact]
    public void It_says_what_the_guest_did() =>
        Assert.Equal(
            "VM \"web\" is stopped: the guest powered itself off, at 2026-01-31 12:00:00 UTC.", Of(VmState.Stopped, null, s_off));

    [Fact]
    public void It_says_who_asked() =>
        Assert.Equal(
            "VM \"web\" is stopped: the guest shut down as it was asked to (stop-vm from user 1000, aetherscale-cli[4711], request r-1), "
            + "at 2026-01-31 12:00:00 UTC.",
            Of(VmState.Stopped, null, s_off with { Text = "the guest shut down as it was asked to", Requester = s_who }));

    [Fact]
    public void It_says_who_asked_over_a_broker() =>
        Assert.Equal(
            "VM \"web\" is stopped: it was stopped (stop-vm over amqp queue=vm-queue), at 2026-01-31 12:00:00 UTC, while no daemon ran.",
            Of(VmState.Stopped, null, s_off with
            {
                Text = "it was stopped",
                WhileAway = true,
                Requester = new VmRequester { Command = "stop-vm", Door = "amqp", Client = "amqp queue=vm-queue" },
            }));

    [Fact]
    public void It_goes_back_to_the_crash_behind_a_restart() =>
        Assert.Equal(
            "VM \"web\" is running: systemd started it again after the crash, at 2026-01-31 12:00:00 UTC; "
            + "before, QEMU was killed by signal 9 (KILL), at 2026-01-31 12:00:00 UTC.",
            Of(
                VmState.Running,
                null,
                s_off,
                s_crash,
                Event(TransitionKind.Restarted, VmState.Running, TransitionCause.AutoRestart, "systemd started it again after the crash")));

    [Fact]
    public void It_does_not_pretend_when_the_state_is_another_than_the_history_tells() =>
        Assert.Equal(
            "VM \"web\" is broken: its disk is missing; what is known last: the guest powered itself off, at 2026-01-31 12:00:00 UTC.",
            Of(VmState.Broken, "its disk is missing", s_off));

    [Fact]
    public void It_says_so_when_nothing_is_known()
    {
        Assert.Equal("VM \"web\" is stopped; nothing is known of what happened to it.", Of(VmState.Stopped, null));
        Assert.Equal("VM \"web\" is broken: its disk is missing.", Of(VmState.Broken, "its disk is missing"));
    }

    private static string Of(VmState state, string? hint, params VmTransition[] events) => WhySentence.Of("web", state, hint, events);

    private static VmTransition Event(TransitionKind kind, VmState state, TransitionCause cause, string text) => new()
    {
        Time = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
        Event = kind,
        Status = state,
        Cause = cause,
        Text = text,
    };
}

namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>What may become of a VM that is paused, let go on, reset or restarted.</summary>
/// <param name="started">As in <see cref="VmRules"/>.</param>
internal sealed class MachineRules(Power started)
{
    private const string NotRunning = "vm-not-running";
    private const string QemuFailed = "qemu-failed";
    private const string StartFailed = "start-failed";

    /// <summary>Its QEMU was killed, and systemd starts it again.</summary>
    public VmCondition Bouncing(VmCondition before) =>
        started == Power.Up ? before with { Power = Power.Bouncing } : before with { Power = started };

    public static IEnumerable<VmCondition> Paused(Answer answer, VmCondition before) => before.Power switch
    {
        Power.Up or Power.Arriving when answer.Says("paused") => [before with { Power = Power.Paused }],
        Power.Paused when answer.Says("paused", "was already paused") => [before],
        Power.Bouncing when answer.Says("paused") => [before with { Power = Power.Paused }],

        // Whether the next boot starts it is only known of a guest that stays.
        Power.Fading when answer.Says("paused") => [new(Power.Paused, true), new(Power.Paused, false)],
        _ => NotDone(answer, before),
    };

    public IEnumerable<VmCondition> Resumed(Answer answer, VmCondition before) => before.Power switch
    {
        Power.Paused when answer.Says("running") => [GoingOn(before)],
        Power.Up or Power.Arriving or Power.Bouncing or Power.Fading when answer.Says("running", "was not paused") => [before],
        _ => NotDone(answer, before),
    };

    public IEnumerable<VmCondition> Reset(Answer answer, VmCondition before) => before.Power switch
    {
        Power.Paused when answer.Says("starting") => [GoingOn(before)],
        Power.Up or Power.Arriving or Power.Bouncing or Power.Fading when answer.Says("starting") => [before],
        _ => NotDone(answer, before),
    };

    /// <param name="answer">Of a restart by a shutdown and a start.</param>
    /// <param name="before">How the VM stood.</param>
    /// <param name="mayFail">QEMU was killed meanwhile.</param>
    /// <param name="isOvertaken">A kill or a delete came meanwhile, and did not let the guest shut down.</param>
    public IEnumerable<VmCondition> Restarted(Answer answer, VmCondition before, bool mayFail, bool isOvertaken) => before.Power switch
    {
        _ when mayFail && answer.Says(StartFailed) => [before with { Power = Power.Down }, new(Power.Down, true)],
        Power.Down or Power.Crashed when answer.Says("starting", "was not running") => [Begun(true)],
        Power.Up or Power.Arriving or Power.Paused when answer.Says("starting") || (isOvertaken && answer.Says("starting", "was killed")) =>
            [Begun(before.Enabled)],

        // Whether it found one to restart, or one to start.
        Power.Bouncing when answer.Word == "starting" => [before, before with { Enabled = true }],
        Power.Fading when answer.Word == "starting" => [Begun(true), Begun(false)],
        _ => [],
    };

    /// <summary>The daemon died over it.</summary>
    public IEnumerable<VmCondition> CutOff(Deed deed, VmCondition before) => (deed, before.Power) switch
    {
        (Deed.Restart, Power.Down or Power.Crashed) => [before, before with { Enabled = true }, .. EachWay(Power.Down), Unwatched, .. OnItsWay()],
        (Deed.Restart, Power.Fading) => [before, .. EachWay(Power.Bouncing), Unwatched, .. OnItsWay()],

        // systemd goes on with it.
        (Deed.Restart, Power.Paused) => [before, GoingOn(before), Bouncing(before)],
        (Deed.Restart, _) => [before, before with { Power = Power.Bouncing }, new(Power.Bouncing, true)],
        (_, Power.Down or Power.Crashed) => [before],
        (Deed.Pause, Power.Fading) => [before, .. EachWay(Power.Paused)],
        (Deed.Pause, _) => [before, before with { Power = Power.Paused }],
        (_, Power.Paused) => [before, GoingOn(before)],
        _ => [before],
    };

    /// <summary>systemd has a start job, and has not come to it.</summary>
    public IEnumerable<VmCondition> OnItsWay() => started == Power.Up ? [new(Power.Arriving, true)] : [];

    /// <summary>A machine that is off, or on its way down or up, does nothing of the kind.</summary>
    private static IEnumerable<VmCondition> NotDone(Answer answer, VmCondition before) => before.Power switch
    {
        Power.Down or Power.Crashed when answer.Says(NotRunning) => [before],
        Power.Bouncing or Power.Fading when answer.Says(NotRunning) || answer.Says(QemuFailed) => [before],
        _ => [],
    };

    private static IEnumerable<VmCondition> EachWay(Power power) => [new(power, true), new(power, false)];

    /// <summary>A guest that powers itself off does so at last.</summary>
    private VmCondition GoingOn(VmCondition before) => before with { Power = started };

    private VmCondition Begun(bool enabled) => new(started, started == Power.Up && enabled);

    private VmCondition Unwatched => new(started, true);
}

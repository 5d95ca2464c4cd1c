namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>What may become of one VM by one operation.</summary>
/// <param name="started">How it stands after a start: a guest that powers itself off is <see cref="Power.Fading"/>.</param>
internal sealed class VmRules(Power started)
{
    private static readonly Dictionary<Deed, string> s_success = new()
    {
        [Deed.Start] = "starting", [Deed.Stop] = "stopped", [Deed.Kill] = "killed", [Deed.Delete] = "deleted",
        [Deed.Pause] = "paused", [Deed.Resume] = "running", [Deed.Restart] = "starting", [Deed.Reset] = "starting",
    };

    private const string NotFound = "vm-not-found";
    private const string NameTaken = "name-taken";
    private const string StartFailed = "start-failed";

    private readonly MachineRules _machine = new(started);

    /// <param name="operation">What happened.</param>
    /// <param name="all">What else happened at that time.</param>
    /// <param name="before">How the VM stood.</param>
    /// <returns>How it may stand then; nothing when this answer cannot have been given.</returns>
    public IEnumerable<VmCondition> After(Operation operation, IReadOnlyList<Operation> all, VmCondition before)
    {
        bool Meanwhile(params Deed[] deeds) =>
            all.Any(other => other != operation && deeds.Contains(other.Deed) && other.Overlaps(operation));

        return operation switch
        {
            { Deed: Deed.QemuDies } => before.Power switch
            {
                Power.Up => [before with { Power = Power.Bouncing }],
                Power.Paused => [_machine.Bouncing(before)],
                Power.Arriving => [before with { Power = Power.Bouncing }, VmCondition.Down],
                Power.Fading => [before, .. EachWay(Power.Crashed)],
                _ => [before],
            },

            // Nobody hears a guest power itself off while there is no daemon.
            { Deed: Deed.DaemonDies } => before.Power == Power.Fading ? [before with { Enabled = true }] : [before],
            { Answer: null, Deed: Deed.Stop } => CutOffStop(before, Meanwhile(Deed.Kill, Deed.Delete, Deed.QemuDies)),
            { Answer: null } => CutOff(operation.Deed, before),
            { Answer: { Word: NotFound } answer } when before.Power == Power.Absent && operation.Deed is not (Deed.Create or Deed.CreateStopped) =>
                answer.Says(NotFound) ? [before] : [],

            // The name is another's from the first instant of their create on, before the VM is there, and if it never comes.
            { Answer.Word: NameTaken, Deed: Deed.Create or Deed.CreateStopped } when before.Power == Power.Absent =>
                Meanwhile(Deed.Create, Deed.CreateStopped) ? [before] : [],
            { Answer: { } answer, Deed: Deed.Create or Deed.CreateStopped } =>
                Created(operation, answer, before, Meanwhile(Deed.QemuDies)),

            // The answer of the first time.
            { Answer: { } answer, IsRepeated: true } when IsSuccess(operation.Deed, answer.Word) =>
                Answered(operation.Deed, answer, before, Meanwhile).Append(before),
            { Answer: { } answer } => Answered(operation.Deed, answer, before, Meanwhile),
        };
    }

    private static bool IsSuccess(Deed deed, string word) => word == s_success[deed] || (deed == Deed.Start && word == "running");

    private IEnumerable<VmCondition> Answered(Deed deed, Answer answer, VmCondition before, Func<Deed[], bool> meanwhile) => deed switch
    {
        _ when before.Power == Power.Absent => [],
        Deed.Start => Started(answer, before, meanwhile([Deed.QemuDies])),
        Deed.Stop => Stopped(answer, before, meanwhile([Deed.Kill, Deed.Delete])),
        Deed.Kill => Killed(answer, before, meanwhile([Deed.Stop])),
        Deed.Pause => MachineRules.Paused(answer, before),
        Deed.Resume => _machine.Resumed(answer, before),
        Deed.Reset => _machine.Reset(answer, before),
        Deed.Restart => _machine.Restarted(answer, before, meanwhile([Deed.QemuDies]), meanwhile([Deed.Kill, Deed.Delete])),
        _ => answer.Says("deleted") ? [VmCondition.Absent] : [],
    };

    private IEnumerable<VmCondition> Created(Operation create, Answer answer, VmCondition before, bool mayFail) => (before.Power, create.Deed) switch
    {
        (Power.Absent, Deed.Create) when create.IsRepeated && answer.Says("starting") =>
            mayFail ? [OnItsWay, VmCondition.Down] : [OnItsWay],
        (Power.Absent, Deed.CreateStopped) when answer.Says("stopped") => [VmCondition.Down],
        (Power.Absent, Deed.Create) when answer.Says("starting") => [StartedNow],
        (Power.Absent, Deed.Create) when mayFail && answer.Says(StartFailed) => [before],
        (not Power.Absent, _) when answer.Says(NameTaken) => [before],
        _ => [],
    };

    private IEnumerable<VmCondition> Started(Answer answer, VmCondition before, bool mayFail) => before.Power switch
    {
        Power.Fading when mayFail && answer.Says(StartFailed) => EachWay(Power.Down),

        // QEMU may be gone when it is told to go on.
        Power.Paused when mayFail && answer.Says(StartFailed) => [before with { Enabled = true }],
        Power.Paused when answer.Says("running", "was paused and goes on") => [StartedNow],
        _ when mayFail && answer.Says(StartFailed) => [before with { Power = Power.Down }],
        Power.Down or Power.Crashed when answer.Says("starting") => [StartedNow],
        Power.Up or Power.Arriving when answer.Says("running", "already started") => [new(Power.Up, true)],

        // Whichever it found.
        Power.Bouncing when answer.Word is "starting" or "running" => [before with { Enabled = true }],
        Power.Fading when answer.Says("starting") => [StartedNow],

        // A guest that powers itself off at this very instant may be left enabled.
        Power.Fading when started == Power.Fading && answer.Says("running", "already started") => [StartedUnwatched],
        _ => [],
    };

    private IEnumerable<VmCondition> Stopped(Answer answer, VmCondition before, bool isOvertaken) => before.Power switch
    {
        Power.Down when answer.Says("killed", "was not running") => [VmCondition.Down],
        Power.Crashed when answer.Says("killed", "was not running") => [before with { Enabled = false }],
        Power.Paused when started == Power.Fading && answer.Word is "stopped" or "killed" => [VmCondition.Down],
        Power.Up or Power.Arriving or Power.Paused when answer.Says("stopped") || (isOvertaken && answer.Says("killed")) => [VmCondition.Down],
        Power.Bouncing or Power.Fading when answer.Word is "stopped" or "killed" => [VmCondition.Down],
        _ => [],
    };

    private static IEnumerable<VmCondition> Killed(Answer answer, VmCondition before, bool mayOvertake) => before.Power switch
    {
        // A stop that it overtook has killed the VM in its stead.
        Power.Down when mayOvertake && answer.Says("killed") => [VmCondition.Down],
        Power.Down or Power.Crashed when answer.Says("killed", "was not running") => [VmCondition.Down],
        Power.Up or Power.Arriving or Power.Paused when answer.Says("killed") => [VmCondition.Down],
        Power.Bouncing or Power.Fading when answer.Word == "killed" => [VmCondition.Down],
        _ => [],
    };

    /// <summary>A daemon that died leaves a create whole or not done, and finishes a delete; the rest is done step by step.</summary>
    private IEnumerable<VmCondition> CutOff(Deed deed, VmCondition before)
    {
        return (deed, before.Power) switch
        {
            (Deed.Create, Power.Absent) => [before, OnItsWay],
            (Deed.CreateStopped, Power.Absent) => [before, VmCondition.Down],
            (Deed.Create or Deed.CreateStopped, _) or (_, Power.Absent) => [before],
            (Deed.Start, Power.Down or Power.Crashed or Power.Fading) =>
                [before, before with { Enabled = true }, .. EachWay(Power.Down), StartedUnwatched, .. _machine.OnItsWay()],
            (Deed.Start, Power.Paused) => [before, before with { Enabled = true }, StartedUnwatched],
            (Deed.Start, _) => [before, before with { Enabled = true }],
            (Deed.Kill, Power.Down or Power.Crashed) => [before, before with { Enabled = false }, VmCondition.Down],

            // QEMU is killed before systemd has the stop job.
            (Deed.Kill, Power.Up or Power.Bouncing or Power.Arriving or Power.Paused) =>
                [before, .. EachWay(Power.Bouncing), .. EachWay(Power.Fading), .. EachWay(Power.Crashed)],
            (Deed.Kill, _) => [before, .. EachWay(Power.Fading), .. EachWay(Power.Crashed)],
            (Deed.Pause or Deed.Resume or Deed.Restart or Deed.Reset, _) => _machine.CutOff(deed, before),
            _ => [before, VmCondition.Absent],
        };
    }

    private IEnumerable<VmCondition> CutOffStop(VmCondition before, bool wasKilled)
    {
        var disabled = before with { Enabled = false };
        return before.Power switch
        {
            Power.Absent => [before],
            Power.Down or Power.Crashed => [before, disabled],

            // The guest is let go on first, to shut down.
            Power.Paused => [before, disabled, new(started, false), new(Power.Fading, false), .. wasKilled ? EachWay(Power.Crashed) : []],
            _ => [before, disabled, new(Power.Fading, false), .. wasKilled || before.Power == Power.Bouncing ? EachWay(Power.Crashed) : []],
        };
    }

    private static IEnumerable<VmCondition> EachWay(Power power) => [new(power, true), new(power, false)];

    private VmCondition StartedNow => new(started, started == Power.Up);

    private VmCondition StartedUnwatched => new(started, true);

    /// <summary>Of a create that another daemon finishes: it may have answered before systemd has done.</summary>
    private VmCondition OnItsWay => StartedUnwatched with { Power = started == Power.Up ? Power.Arriving : started };
}

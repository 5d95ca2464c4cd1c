using Aetherscale.Systemd.Bus;

namespace Aetherscale.Systemd;

/// <summary>Queues a job for a unit; its answer comes not with the reply but with the job's end.</summary>
/// <param name="verb">StartUnit, StopUnit or RestartUnit.</param>
/// <param name="unit">The unit's name.</param>
/// <param name="jobs">Where the job waits for its end.</param>
internal sealed class JobCall(string verb, string unit, JobTable jobs) : BusCall(ManagerPath, Manager, verb)
{
    public const string Start = "StartUnit";
    public const string Stop = "StopUnit";
    public const string Restart = "RestartUnit";

    private readonly TaskCompletionSource<JobResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Unit { get; } = unit;

    public override bool IsSettled => _result.Task.IsCompleted;

    public static JobCall To(string verb, string unit, JobTable jobs, Action? onQueued = null) => new(verb, unit, jobs)
    {
        Subject = unit,
        OnQueued = onQueued,
        MayRepeat = verb != Restart,
        Write = message =>
        {
            message.AppendString(unit);
            message.AppendString("replace");
        },
    };

    /// <summary>Called once systemd has queued the job. From then on it does not need us.</summary>
    public Action? OnQueued { get; init; }

    public override void Complete(BusMessage reply)
    {
        jobs.Accepted(reply.ReadObjectPath(), this);
        OnQueued?.Invoke();
    }

    public override void Fail(Exception error) => _result.TrySetException(error);

    public void End(JobResult result) => _result.TrySetResult(result);

    /// <summary>
    /// The job's end, judged by the unit's state because nobody saw it. What the state does not prove is
    /// <see cref="JobResult.Unknown"/>: after a restart, say, an active unit may still be the old process.
    /// </summary>
    public void EndByState(UnitActiveState state) => End((Member, state) switch
    {
        (Start, UnitActiveState.Active or UnitActiveState.Reloading) => JobResult.Done,
        (Stop, UnitActiveState.Inactive or UnitActiveState.Failed) => JobResult.Done,
        (Start or Restart, UnitActiveState.Failed) => JobResult.Failed,
        _ => JobResult.Unknown,
    });

    /// <summary>The result. A cancelled wait does not cancel the job.</summary>
    public async Task<JobResult> WaitAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (call, token) => ((JobCall)call!)._result.TrySetCanceled(token), this);
        return await _result.Task;
    }
}

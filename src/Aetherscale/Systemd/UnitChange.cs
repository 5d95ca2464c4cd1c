namespace Aetherscale.Systemd;

/// <summary>A unit's new state, as systemd announced it.</summary>
/// <param name="Unit">The unit's name.</param>
/// <param name="ActiveState">Its new <c>ActiveState</c>, which may equal the old.</param>
/// <param name="SubState">Its new <c>SubState</c>.</param>
/// <param name="Result">A service's <c>Result</c>; null when none came with it.</param>
internal sealed record UnitChange(
    string Unit, UnitActiveState ActiveState, UnitSubState SubState, ServiceResult? Result)
{
    /// <summary>True while a job of the unit's is queued or runs: somebody asked for the change.</summary>
    public bool HasJob { get; init; }

    /// <summary>32 hexadecimal digits that name the run; empty when there is none.</summary>
    public string InvocationId { get; init; } = "";

    /// <summary>What a service's last main process came to; null when it was not told.</summary>
    public ServiceRun? Run { get; init; }
}

/// <summary>What became of a service's main process.</summary>
/// <param name="Pid">The process, which may have ended.</param>
/// <param name="Code">How it ended: <c>si_code</c> of waitid(2), 1 exited, 2 killed, 3 dumped core; 0 not yet.</param>
/// <param name="Status">Its exit status, or the signal.</param>
/// <param name="Restarts">How often <c>Restart=</c> has acted since the last start by hand.</param>
internal sealed record ServiceRun(int Pid, int Code, int Status, int Restarts);

namespace Aetherscale.Contract.Commands;

/// <summary>Something that happened to a VM. What is not known is absent.</summary>
public sealed record VmEvent
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The VM's host, where events of several hosts come together.</summary>
    public string? Host { get; init; }

    /// <summary>When it was seen; if no daemon ran then, when systemd says that it was.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// <c>created</c>, <c>started</c>, <c>restarted</c>, <c>rebooted</c>, <c>paused</c>, <c>resumed</c>, <c>stopping</c>, <c>stopped</c>,
    /// <c>killed</c>, <c>crashed</c> or <c>deleted</c>.
    /// </summary>
    public required string Event { get; init; }

    /// <summary>One of <see cref="VmStatus"/>: what it led to.</summary>
    public required string Status { get; init; }

    /// <summary>
    /// <c>request</c>, <c>guest</c>, <c>outside</c>, <c>host-boot</c>, <c>host-down</c>, <c>grace-over</c>, <c>auto-restart</c>,
    /// <c>too-many-crashes</c>, <c>qemu-error</c>, <c>qemu-signal</c>, <c>out-of-memory</c>, <c>guest-panic</c>, <c>disk-error</c>,
    /// <c>start-failed</c> or <c>unknown</c>.
    /// </summary>
    public required string Cause { get; init; }

    /// <summary>What happened, as a clause for people.</summary>
    public required string Text { get; init; }

    /// <summary>Who asked for it through us.</summary>
    public VmEventRequester? Requester { get; init; }

    /// <summary>What systemd says about QEMU's end.</summary>
    public VmEventSystemd? Systemd { get; init; }

    /// <summary>QEMU's own word for the reason.</summary>
    public string? QmpReason { get; init; }

    /// <summary>systemd's id of the run of the unit (<c>InvocationID</c>).</summary>
    public string? RunId { get; init; }

    /// <summary>True when no daemon ran then.</summary>
    public bool? WhileAway { get; init; }

    /// <summary>How often it happened since it was last told of, where more than once.</summary>
    public int? Times { get; init; }

    /// <summary>What was kept of a crash.</summary>
    public VmCrashBundle? Bundle { get; init; }
}

/// <summary>Who asked for something.</summary>
public sealed record VmEventRequester
{
    /// <summary>One of <see cref="CommandNames"/>.</summary>
    public required string Command { get; init; }

    /// <summary><c>socket</c> or <c>amqp</c>.</summary>
    public required string Door { get; init; }

    /// <summary>On the socket, the user's id.</summary>
    public uint? Uid { get; init; }

    /// <summary>By a broker, the user that it vouches for.</summary>
    public string? User { get; init; }

    /// <summary>On the socket, the process.</summary>
    public int? Pid { get; init; }

    /// <summary>The process's name, or the queue and the broker's user.</summary>
    public string? Client { get; init; }

    /// <summary>The request's id.</summary>
    public string? RequestId { get; init; }
}

/// <summary>What systemd says about the end of a VM's QEMU, in its own words.</summary>
public sealed record VmEventSystemd
{
    /// <summary><c>Result</c>: <c>success</c>, <c>exit-code</c>, <c>signal</c>, <c>oom-kill</c> …</summary>
    public required string Result { get; init; }

    /// <summary><c>exited</c>, <c>killed</c> or <c>dumped</c>.</summary>
    public string? ExecMainCode { get; init; }

    /// <summary>The exit status, or the signal.</summary>
    public int? ExecMainStatus { get; init; }

    /// <summary>How often systemd had started it again by then.</summary>
    public required int Restarts { get; init; }

    /// <summary>Whether the kernel killed it for want of memory.</summary>
    public required bool OomKilled { get; init; }
}

/// <summary>What was kept of a crash.</summary>
public sealed record VmCrashBundle
{
    /// <summary>A folder in the VM's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The files in it.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What there is not, and why.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

using System.Text.Json.Serialization;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>One thing that happened to a VM: a line of its history.</summary>
internal sealed record VmTransition
{
    /// <summary>When it was seen; when it was not seen, when systemd says that it was.</summary>
    public required DateTimeOffset Time { get; init; }

    public required TransitionKind Event { get; init; }

    /// <summary>The state that it led to.</summary>
    [JsonConverter(typeof(KebabWord<VmState>))]
    public required VmState Status { get; init; }

    public required TransitionCause Cause { get; init; }

    /// <summary>What happened, as a clause for people: <c>the guest powered itself off</c>.</summary>
    public required string Text { get; init; }

    /// <summary>Who asked for it; null when nobody did through us.</summary>
    public VmRequester? Requester { get; init; }

    /// <summary>What systemd says about QEMU's end.</summary>
    public SystemdEnd? Systemd { get; init; }

    /// <summary>QEMU's own word for the reason: of its SHUTDOWN or RESET event, or its run state (<c>io-error</c>).</summary>
    public string? QmpReason { get; init; }

    /// <summary>systemd's id of the run of the unit (<c>InvocationID</c>), in the journal too.</summary>
    public string? RunId { get; init; }

    /// <summary>True when no daemon ran then: it was found out later.</summary>
    public bool? WhileAway { get; init; }

    /// <summary>How often it happened since the last line of its kind, where once is not the whole truth.</summary>
    public int? Times { get; init; }

    /// <summary>What was kept of a crash.</summary>
    public CrashBundle? Bundle { get; init; }
}

/// <summary>Who asked for a transition.</summary>
internal sealed record VmRequester
{
    /// <summary>The command that has a VM stopped and started as one.</summary>
    public const string Restart = "restart-vm";

    /// <summary>The command: <c>stop-vm</c>.</summary>
    public required string Command { get; init; }

    /// <summary><c>socket</c> or <c>amqp</c>.</summary>
    public required string Door { get; init; }

    /// <summary>On the socket, the user id that the kernel tells.</summary>
    public uint? Uid { get; init; }

    /// <summary>Over AMQP, the user that the broker vouches for.</summary>
    public string? User { get; init; }

    /// <summary>On the socket, the process that asked.</summary>
    public int? Pid { get; init; }

    /// <summary>On the socket, the name of that process; over AMQP, the queue and the broker's user.</summary>
    public string? Client { get; init; }

    public string? RequestId { get; init; }
}

/// <summary>What systemd says about the end of a unit's main process.</summary>
internal sealed record SystemdEnd
{
    /// <summary><c>Result</c> of the unit, in systemd's word.</summary>
    [JsonConverter(typeof(KebabWord<ServiceResult>))]
    public required ServiceResult Result { get; init; }

    /// <summary><c>exited</c>, <c>killed</c> or <c>dumped</c>.</summary>
    public string? ExecMainCode { get; init; }

    /// <summary>The exit status, or the signal.</summary>
    public int? ExecMainStatus { get; init; }

    /// <summary>How often systemd had started it again by then.</summary>
    public int Restarts { get; init; }

    public static SystemdEnd Of(ServiceResult result, ServiceRun? run) => new()
    {
        Result = result,
        ExecMainCode = run?.Code switch { 1 => "exited", 2 => "killed", 3 => "dumped", _ => null },
        ExecMainStatus = run is { Code: > 0 } ? run.Status : null,
        Restarts = run?.Restarts ?? 0,
    };
}

/// <summary>What was kept of a crash, in files of the VM's folder.</summary>
/// <param name="Folder">Where the files are.</param>
/// <param name="Files">Their names.</param>
/// <param name="Missing">What there is not, and why.</param>
internal sealed record CrashBundle(string Folder, IReadOnlyList<string> Files, IReadOnlyList<string> Missing);

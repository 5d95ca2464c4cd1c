using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aetherscale.VirtualMachines.History;

/// <summary>What happened to a VM. The words in its history and on the wire are the same, in kebab-case.</summary>
[JsonConverter(typeof(KebabWord<TransitionKind>))]
internal enum TransitionKind
{
    /// <summary>Its folder is complete.</summary>
    Created,

    /// <summary>QEMU runs, because somebody started it.</summary>
    Started,

    /// <summary>systemd has started QEMU again after it crashed.</summary>
    Restarted,

    /// <summary>The guest has reset its machine; QEMU is the same.</summary>
    Rebooted,

    /// <summary>The guest's CPUs stand still.</summary>
    Paused,

    /// <summary>They go on.</summary>
    Resumed,

    /// <summary>Somebody has asked the guest to shut down.</summary>
    Stopping,

    /// <summary>It is down, in good order.</summary>
    Stopped,

    /// <summary>QEMU was ended without the guest's consent.</summary>
    Killed,

    /// <summary>QEMU or the guest ended wrongly.</summary>
    Crashed,

    /// <summary>Nothing is left of it.</summary>
    Deleted,
}

/// <summary>Why it happened.</summary>
[JsonConverter(typeof(KebabWord<TransitionCause>))]
internal enum TransitionCause
{
    /// <summary>What was seen does not tell.</summary>
    Unknown,

    /// <summary>A command of ours asked for it.</summary>
    Request,

    /// <summary>The guest did it of itself.</summary>
    Guest,

    /// <summary>systemctl, the host or another program: somebody, and not through us.</summary>
    Outside,

    /// <summary>The host was booted.</summary>
    HostBoot,

    /// <summary>The host went down.</summary>
    HostDown,

    /// <summary>The guest did not shut down in the time that it was given.</summary>
    GraceOver,

    /// <summary>systemd's <c>Restart=</c>.</summary>
    AutoRestart,

    /// <summary>systemd's start limit.</summary>
    TooManyCrashes,

    /// <summary>QEMU ended with an error.</summary>
    QemuError,

    /// <summary>A signal ended QEMU.</summary>
    QemuSignal,

    /// <summary>The kernel ended QEMU because there was no memory left.</summary>
    OutOfMemory,

    /// <summary>The guest's kernel panicked.</summary>
    GuestPanic,

    /// <summary>The guest's disk could not be read or written: the host's is full, or fails.</summary>
    DiskError,

    /// <summary>A start did not come off and was given up.</summary>
    StartFailed,
}

/// <summary>An enum in kebab-case.</summary>
internal sealed class KebabWord<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum
{
    public static string Of(T value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>All that is known at the moment at which a VM's unit changed.</summary>
internal sealed record UnitMoment
{
    public required DateTimeOffset Time { get; init; }

    public required UnitActiveState Active { get; init; }

    public UnitSubState Sub { get; init; }

    /// <summary>Whether somebody asked systemd for the change.</summary>
    public bool HasJob { get; init; }

    public string? RunId { get; init; }

    public ServiceResult Result { get; init; }

    /// <summary>What became of QEMU's process; null when systemd did not tell.</summary>
    public ServiceRun? Run { get; init; }

    /// <summary>What was asked through us and had not happened yet, in order.</summary>
    public IReadOnlyList<VmAsk> Asks { get; init; } = [];

    /// <summary>What the QEMU of this run told; null when it could not be listened to.</summary>
    public QmpStory? Story { get; init; }

    /// <summary>When the host was booted.</summary>
    public DateTimeOffset HostBoot { get; init; }

    public SystemdEnd End => SystemdEnd.Of(Result, Run);

    public VmAsk? LastAsk(Func<VmAsk, bool> which) => Asks.LastOrDefault(which);
}

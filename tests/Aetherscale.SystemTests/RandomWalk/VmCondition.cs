namespace Aetherscale.SystemTests.RandomWalk;

/// <summary>How a VM may stand, as far as commands and faults tell.</summary>
internal enum Power
{
    /// <summary>There is no such VM.</summary>
    Absent,

    /// <summary>It does not run.</summary>
    Down,

    /// <summary>Its QEMU runs the guest, and will.</summary>
    Up,

    /// <summary>Its QEMU runs, and the guest's CPUs stand still until somebody lets them go on.</summary>
    Paused,

    /// <summary>Its QEMU was killed, or a restart was cut off; systemd has started it again, or is about to.</summary>
    Bouncing,

    /// <summary>Its create, or its start, was cut off, and is finished.</summary>
    Arriving,

    /// <summary>It is down, and a stop that was cut off has not told systemd that its kill was meant.</summary>
    Crashed,

    /// <summary>It is down, or on its way: nobody will start it again.</summary>
    Fading,
}

/// <param name="Power">Whether it runs.</param>
/// <param name="Enabled">Whether the next boot starts it; of a VM that is <see cref="Power.Fading"/>, whether it may be left so.</param>
internal readonly record struct VmCondition(Power Power, bool Enabled)
{
    public static VmCondition Absent => new(Power.Absent, false);

    public static VmCondition Down => new(Power.Down, false);

    /// <summary>What this has become once nothing moves any more.</summary>
    public IEnumerable<VmCondition> AtRest() => Power switch
    {
        Power.Bouncing or Power.Arriving => [this with { Power = Power.Up }],
        Power.Fading when Enabled => [Down, new VmCondition(Power.Down, true)],
        Power.Fading => [Down],
        _ => [this],
    };

    /// <summary>Whether list-vms and show-vm may say this of it.</summary>
    public bool MayBeCalled(string status, bool? autostart) => Power switch
    {
        Power.Absent => status == "vm-not-found",
        Power.Down => status == "stopped" && autostart == Enabled,
        Power.Up => status == "running" && autostart == Enabled,
        Power.Paused => status == "paused" && autostart == Enabled,
        Power.Crashed => status == "crashed" && autostart == Enabled,

        // For an instant after a kill, systemd's and QEMU's last words are those of before; between the two halves of a restart it is down.
        Power.Bouncing => status is "running" or "paused" or "stopping" or "starting" or "stopped" && autostart == Enabled,
        _ => status is "running" or "paused" or "stopping" or "starting" or "stopped",
    };
}

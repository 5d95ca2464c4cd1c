using Aetherscale.Qemu;

namespace Aetherscale.VirtualMachines;

/// <summary>All that a VM's unit is made of. Paths are absolute.</summary>
internal sealed record VmUnitDescription
{
    public required VmId Id { get; init; }

    public required QemuConfiguration Qemu { get; init; }

    /// <summary>Where the spec stands that the unit was made from.</summary>
    public required string SpecFile { get; init; }

    /// <summary>The state folder that the VM belongs to: a daemon touches only units of its own.</summary>
    public required string DataFolder { get; init; }

    /// <summary>What QEMU may read: the base images by content.</summary>
    public required string BaseFolder { get; init; }

    /// <summary>The folder that holds the switch's socket; it may not be there yet.</summary>
    public required string SwitchFolder { get; init; }

    /// <summary>The switch itself.</summary>
    public required string SwitchSocket { get; init; }

    /// <summary>The unit that the VM wants, and waits for, but can do without.</summary>
    public required string SwitchUnit { get; init; }

    /// <summary>When systemd starts it again by itself.</summary>
    public RestartPolicy Restart { get; init; }

    /// <summary>What no VM may see, wherever it lies: the user's home, and the folder of all VMs.</summary>
    public required IReadOnlyList<string> PrivateFolders { get; init; }

    /// <summary>What the host can enforce around QEMU.</summary>
    public required SandboxForm Sandbox { get; init; }

    /// <summary>As whom QEMU runs, in a unit of PID 1; null in one of the user's own.</summary>
    public VmUser? User { get; init; }

    /// <summary>The program that shuts the guest down.</summary>
    public required string StopHelper { get; init; }

    /// <summary>How long the guest may take for it.</summary>
    public required TimeSpan StopGrace { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>show-vm</c>: what <c>list-vms</c> tells, and more. What a broken VM's spec no longer tells is absent.</summary>
public sealed record VmDetails : VmSummary
{
    /// <summary>When it was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When its QEMU was started; absent when it does not run.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>QEMU's process id; absent when it does not run.</summary>
    public int? Pid { get; init; }

    /// <summary>How often systemd restarted it after a crash, since its last start by a user.</summary>
    public int? Restarts { get; init; }

    /// <summary>When systemd starts it again by itself: <c>always</c>, <c>never</c> or <c>on-failure</c>.</summary>
    public string? RestartPolicy { get; init; }

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string? Accelerator { get; init; }

    /// <summary>The network's name.</summary>
    public string? Network { get; init; }

    /// <summary>The MAC address of its network card.</summary>
    public string? Mac { get; init; }

    /// <summary>The name of its systemd unit.</summary>
    public required string Unit { get; init; }

    /// <summary>As whom its QEMU runs, in system mode; absent where that is the daemon's own user.</summary>
    public string? User { get; init; }

    /// <summary>The unit's file.</summary>
    public required string UnitFile { get; init; }

    /// <summary>The qcow2 file that holds what the guest wrote.</summary>
    public string? Disk { get; init; }

    /// <summary>The read-only image file below the disk.</summary>
    public string? Base { get; init; }

    /// <summary><c>uefi</c>; absent for a BIOS, or <c>bios</c> where the image wants otherwise.</summary>
    public string? Firmware { get; init; }

    /// <summary>The file of the disk that tells the guest what to do when it boots first; absent where there is none.</summary>
    public string? Seed { get; init; }

    /// <summary>The names of the system credentials that its guest finds in SMBIOS; what is in them is not told.</summary>
    public IReadOnlyList<string>? Credentials { get; init; }

    /// <summary>The file that holds what the guest printed on its serial console.</summary>
    public string? ConsoleLog { get; init; }

    /// <summary>The Unix socket of the serial console.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>The Unix socket where VNC shows its screen; absent when it has none, or does not run.</summary>
    public string? VncSocket { get; init; }

    /// <summary>What really stands around its QEMU, by names such as <c>home-hidden</c>; absent when it does not run.</summary>
    public IReadOnlyList<string>? Sandbox { get; init; }

    /// <summary>What could, and does not: this host cannot, or a drop-in says otherwise.</summary>
    public IReadOnlyList<string>? SandboxMissing { get; init; }

    /// <summary>Files of the user's that add to the unit (<c>systemctl --user edit</c>).</summary>
    public IReadOnlyList<string>? DropIns { get; init; }

    /// <summary>What <c>create-vm</c> has to be told to make its like; absent unless it was asked for.</summary>
    public CreateVmOptions? Definition { get; init; }
}

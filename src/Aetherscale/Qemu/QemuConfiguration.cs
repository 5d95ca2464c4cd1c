namespace Aetherscale.Qemu;

/// <summary>
/// All that a VM's QEMU command is made of. Paths are absolute and may hold any character but NUL and newline.
/// </summary>
internal sealed record QemuConfiguration
{
    /// <summary>The QEMU program.</summary>
    public required string Binary { get; init; }

    /// <summary>The VM's id; QEMU calls itself <c>qemu-vm-ID</c> and its process <c>vm-ID</c>.</summary>
    public required string VmId { get; init; }

    /// <summary>What the guest's firmware shows as the machine's identity; the same at every start.</summary>
    public required Guid Uuid { get; init; }

    public required Accelerator Accelerator { get; init; }

    /// <summary>Virtual processors.</summary>
    public required int Cpus { get; init; }

    /// <summary>Guest memory.</summary>
    public required int MemoryMib { get; init; }

    /// <summary>The VM's own qcow2 disk.</summary>
    public required string DiskPath { get; init; }

    /// <summary>The qcow2 image that the disk stands on.</summary>
    public required string BasePath { get; init; }

    /// <summary>A raw image that the guest may read, as a second disk; null without one.</summary>
    public string? SeedPath { get; init; }

    /// <summary>The UEFI firmware's code; null for the BIOS that QEMU has.</summary>
    public string? FirmwareCode { get; init; }

    /// <summary>The VM's own UEFI variables, which its guest writes; there where <see cref="FirmwareCode"/> is.</summary>
    public string? FirmwareVariables { get; init; }

    /// <summary>Files with a string each for the guest's SMBIOS table 11.</summary>
    public IReadOnlyList<string> CredentialPaths { get; init; } = [];

    /// <summary>The network card's address, <c>52:54:00:12:34:56</c>.</summary>
    public required string Mac { get; init; }

    /// <summary>QMP for the daemon only: a QMP socket serves one client at a time.</summary>
    public required string QmpSocket { get; init; }

    /// <summary>
    /// QMP for the unit's <c>ExecStop</c> only, so that a stop never waits for the daemon's connection.
    /// </summary>
    public required string StopSocket { get; init; }

    /// <summary>The guest agent's socket.</summary>
    public required string AgentSocket { get; init; }

    /// <summary>The serial console.</summary>
    public required string ConsoleSocket { get; init; }

    /// <summary>Where all that the serial console prints is appended.</summary>
    public required string ConsoleLog { get; init; }

    /// <summary>Where VNC shows the screen of the graphics card; null without a card.</summary>
    public string? VncSocket { get; init; }
}

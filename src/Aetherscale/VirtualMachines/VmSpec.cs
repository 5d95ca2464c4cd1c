using System.Text.Json.Serialization;

namespace Aetherscale.VirtualMachines;

/// <summary>What a VM should be: the content of its vm.json, and the only truth about it. Unit and disk follow from it.</summary>
internal sealed record VmSpec
{
    /// <summary>The version of this file's format.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string VmId { get; init; }

    public string? Name { get; init; }

    /// <summary>The image's name when the VM was made.</summary>
    public required string Image { get; init; }

    /// <summary>The base's content: SHA-256 in lower-case hex, which is its file name in images/sha256.</summary>
    public required string BaseSha256 { get; init; }

    public required int Cpus { get; init; }

    public required int MemoryMib { get; init; }

    /// <summary>What the guest sees as its machine's UUID (SMBIOS).</summary>
    public required Guid Uuid { get; init; }

    public required string Network { get; init; }

    public required string Mac { get; init; }

    /// <summary>The IPv4 address that the network leases to <see cref="Mac"/>; absent on a bridge, where others give addresses.</summary>
    public string? Address { get; init; }

    /// <summary>A word of <see cref="AutostartPolicy"/>; absent for the default.</summary>
    public string? Autostart { get; init; }

    /// <summary>A word of <see cref="RestartPolicy"/>; absent for the default.</summary>
    public string? Restart { get; init; }

    /// <summary>Whether it has a second disk, the seed, that tells the guest what to do when it boots first.</summary>
    public bool? Seed { get; init; }

    /// <summary>The system credentials that systemd finds in the guest's SMBIOS, by name: the names of files in the VM's folder of them.</summary>
    public IReadOnlyList<string>? Credentials { get; init; }

    /// <summary><c>vnc</c> for a graphics card; absent without one.</summary>
    public string? Graphics { get; init; }

    /// <summary><c>uefi</c>; absent for a BIOS, or <c>bios</c> where the image wants otherwise.</summary>
    public string? Firmware { get; init; }

    /// <summary>The number of the user as whom QEMU runs and who owns what it opens; absent where that is no user of the VM's own.</summary>
    public uint? UserId { get; init; }

    public required DateTimeOffset Created { get; init; }

    [JsonIgnore]
    public bool IsUefi => Firmware == "uefi";

    [JsonIgnore]
    public AutostartPolicy AutostartPolicy => PolicyWord.Autostart(Autostart) ?? default;

    [JsonIgnore]
    public RestartPolicy RestartPolicy => PolicyWord.Restart(Restart) ?? default;
}

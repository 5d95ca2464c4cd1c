using System.Text.Json.Serialization;

namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>create-vm</c>.</summary>
public sealed record CreateVmOptions
{
    /// <summary>The name of a base image in the store, or one of the catalogue, as <c>debian:12</c>, which is pulled where the store lacks it.</summary>
    public required string Image { get; init; }

    /// <summary>A name for the VM: a lower-case letter, then up to 62 lower-case letters, digits or hyphens.</summary>
    public string? Name { get; init; }

    /// <summary>Virtual CPUs; the daemon's <c>default-cpus</c> when absent.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory in MiB; the daemon's <c>default-memory-mib</c> when absent.</summary>
    public int? Memory { get; init; }

    /// <summary>The size of the guest's disk in MiB, at least its image's; the image's when absent.</summary>
    public int? Disk { get; init; }

    /// <summary>Public keys that may log in by ssh, each as one line. This and the following need an image with cloud-init.</summary>
    public IReadOnlyList<string>? SshKeys { get; init; }

    /// <summary>The guest's name for itself; the VM's name when absent.</summary>
    public string? Hostname { get; init; }

    /// <summary>The text of cloud-init's user-data.</summary>
    public string? UserData { get; init; }

    /// <summary>The text of cloud-init's network configuration.</summary>
    public string? NetworkConfig { get; init; }

    /// <summary>The text of a script that the guest runs once.</summary>
    public string? InitScript { get; init; }

    /// <summary><c>vnc</c>: a graphics card, whose screen is shown by VNC on a Unix socket. None when absent.</summary>
    public string? Graphics { get; init; }

    /// <summary>What the guest boots by: <c>bios</c> or <c>uefi</c>; when absent, what the catalogue says that its image wants, or else a BIOS.</summary>
    public string? Firmware { get; init; }

    /// <summary>Make the VM, but do not start it.</summary>
    public bool NoStart { get; init; }

    /// <summary>
    /// When the host boots, start it <c>always</c>, <c>never</c>, or as it was left (<c>last-state</c>, also when absent).
    /// </summary>
    public string? Autostart { get; init; }

    /// <summary>
    /// Once it has ended by itself, start it again <c>always</c>, <c>never</c>, or after a crash (<c>on-failure</c>, also when absent).
    /// </summary>
    public string? Restart { get; init; }

    /// <summary>Have the user's services start at boot and outlive their logins.</summary>
    public bool? EnableLinger { get; init; }

    /// <summary>Labels that the host must have, in a fleet.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Where no host has room, wait for one until the request's deadline.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Wait { get; init; }
}

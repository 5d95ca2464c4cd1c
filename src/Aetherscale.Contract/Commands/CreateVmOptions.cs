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

    /// <summary><c>vnc</c>: a graphics card, whose screen is shown by VNC on a Unix socket. None when absent.</summary>
    public string? Graphics { get; init; }

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
}

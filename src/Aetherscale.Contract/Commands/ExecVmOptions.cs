namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>exec-vm</c>.</summary>
public sealed record ExecVmOptions
{
    /// <summary>The most that <see cref="Input"/> may hold, in bytes.</summary>
    public const int MaxInputBytes = 512 * 1024;

    /// <summary>The most seconds that may be waited.</summary>
    public const int MaxTimeout = 24 * 60 * 60;

    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary>A program of the guest's, which is looked for on its PATH, and its arguments. No shell takes them apart.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>What the program reads (base64); nothing when absent.</summary>
    public ReadOnlyMemory<byte>? Input { get; init; }

    /// <summary>Seconds after which nobody waits any more, while the program goes on; <see cref="MaxTimeout"/> when absent.</summary>
    public int? Timeout { get; init; }
}

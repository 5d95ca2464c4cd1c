namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>wait-vm</c>.</summary>
public sealed record WaitVmOptions
{
    /// <summary>Seconds that are waited when <see cref="Timeout"/> is absent.</summary>
    public const int DefaultTimeout = 60;

    /// <summary>The most seconds that may be waited.</summary>
    public const int MaxTimeout = 24 * 60 * 60;

    /// <summary>The VM's id or name.</summary>
    public required string VmId { get; init; }

    /// <summary><c>running</c>, <c>stopped</c>, <c>agent</c>, <c>ip</c>, <c>ssh</c> or <c>port=N</c>.</summary>
    public required string For { get; init; }

    /// <summary>Seconds, from 1 to <see cref="MaxTimeout"/>.</summary>
    public int? Timeout { get; init; }
}

namespace Aetherscale.Contract.Commands;

/// <summary>Answer of <c>exec-vm</c>: how the program ended.</summary>
public sealed record ExecVmResponse
{
    /// <summary>The VM's id: eight lower-case letters.</summary>
    public required string VmId { get; init; }

    /// <summary>The VM's name, if it has one.</summary>
    public string? Name { get; init; }

    /// <summary>The program's exit code; absent when a signal ended it.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>What it wrote to its standard output (base64).</summary>
    public required ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>What it wrote to its standard error (base64).</summary>
    public required ReadOnlyMemory<byte> Stderr { get; init; }
}

namespace Aetherscale.Cli;

/// <summary>Ends the program with an exit code, a message and, where there is one, the next step to take.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do about it; lines below the message.</summary>
    public string? Advice { get; init; }
}

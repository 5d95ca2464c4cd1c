namespace Aetherscale.Cli;

/// <summary>The program's exit codes; scripts may rely on them, and every help page lists them.</summary>
internal static class ExitCodes
{
    /// <summary>The command was carried out.</summary>
    public const int Done = 0;

    /// <summary>The daemon refused the command, or could not carry it out.</summary>
    public const int Refused = 1;

    /// <summary>The command line or a settings file is wrong; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The daemon cannot be reached, or went away before it answered.</summary>
    public const int Unreachable = 3;

    /// <summary>The user ended the program while it waited (Ctrl-C).</summary>
    public const int Interrupted = 130;
}

using System.Runtime.InteropServices;

namespace Aetherscale.Cli;

/// <summary>All that the program takes from the machine around it: streams, environment, user, clock.</summary>
internal sealed partial record Surroundings
{
    // W_OK
    private const int WriteAccess = 2;

    public required Stream Input { get; init; }

    public required Stream Output { get; init; }

    public required Stream Error { get; init; }

    public bool InputIsTerminal { get; init; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal; asked for only when there is one.</summary>
    public required Func<int> TerminalWidth { get; init; }

    /// <summary>Rows and columns of the terminal as it is now; asked for only when there is one.</summary>
    public Func<(int Rows, int Columns)> TerminalSize { get; init; } = static () => RawTerminal.UsualSize;

    /// <summary>Has the terminal pass every key on as it is, until what is returned is disposed of.</summary>
    public Func<IDisposable> EnterRawTerminal { get; init; } = static () => Stream.Null;

    /// <summary>Becomes another program, by its path and arguments; returns only where a test says so.</summary>
    public Func<string, IReadOnlyList<string>, int> Become { get; init; } = ProgramImage.Become;

    /// <summary>The value of an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Where this program itself is.</summary>
    public string Program { get; init; } = Environment.ProcessPath ?? CliRoot.ProgramName;

    public required uint UserId { get; init; }

    public required Func<string> NewRequestId { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The machine's settings file.</summary>
    public string MachineConfig { get; init; } = "/etc/aetherscale/config.toml";

    /// <summary>The folder that holds each user's runtime folder, named by uid.</summary>
    public string RuntimeFolders { get; init; } = "/run/user";

    /// <summary>The socket of the machine's own daemon.</summary>
    public string SystemSocket { get; init; } = "/run/aetherscale/api.sock";

    /// <summary>Whether a file of another user's may be written, or a socket connected to.</summary>
    public Func<string, bool> MayWrite { get; init; } = static path => Access(path, WriteAccess) == 0;

    /// <summary>The same, where empty counts as not set, as the XDG base directory specification wants it.</summary>
    public string? SetVariable(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    public static Surroundings OfThisProcess() => new()
    {
        Input = new DescriptorStream(0),
        Output = new DescriptorStream(1),
        Error = new DescriptorStream(2),
        InputIsTerminal = IsTerminal(0) != 0,
        OutputIsTerminal = IsTerminal(1) != 0,
        ErrorIsTerminal = IsTerminal(2) != 0,
        TerminalWidth = static () => Math.Max(Console.WindowWidth, 40),
        TerminalSize = static () => RawTerminal.Size(1),
        EnterRawTerminal = static () => new RawTerminal(0),
        Variable = Environment.GetEnvironmentVariable,
        UserId = EffectiveUserId(),
        // A Guid and not RandomNumberGenerator: that one loads OpenSSL, which costs more than the rest of a command.
        NewRequestId = static () => Guid.NewGuid().ToString("N")[..16],
    };

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}

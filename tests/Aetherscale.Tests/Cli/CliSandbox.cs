using System.Text;
using System.Text.RegularExpressions;
using Aetherscale.Cli;

namespace Aetherscale.Tests.Cli;

/// <summary>What one run of the program left.</summary>
internal sealed record CliResult(int Code, string Out, string Error)
{
    /// <summary>What a terminal shows, without bold and colours.</summary>
    public string OutWithoutStyle => Regex.Replace(Out, "\e\\[[0-9;]*m", "");
}

/// <summary>A folder that is the program's whole world: home, settings, runtime folder, socket.</summary>
internal sealed class CliSandbox : IDisposable
{
    private int _requests;
    private int _rawTerminals;

    public CliSandbox()
    {
        Variables["HOME"] = Path.Join(Root, "home");
        Variables["XDG_RUNTIME_DIR"] = Path.Join(Root, "run", "1000");
        Variables["LANG"] = "C.UTF-8";
        Variables["TERM"] = "xterm";
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("as-cli-").FullName;

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Where the program looks when nothing says otherwise.</summary>
    public string OwnSocket => Path.Join(Root, "run", "1000", "aetherscale", "api.sock");

    public string UserConfig => Path.Join(Root, "home", ".config", "aetherscale", "config.toml");

    public string SystemSocket => Path.Join(Root, "run", "aetherscale", "api.sock");

    /// <summary>Whether this user may use that one.</summary>
    public bool MayUseSystemSocket { get; set; }

    public string MachineConfig => Path.Join(Root, "etc", "config.toml");

    public bool OutputIsTerminal { get; set; }

    public bool ErrorIsTerminal { get; set; }

    public bool InputIsTerminal { get; set; }

    public uint UserId { get; set; } = 1000;

    public int Width { get; set; } = 100;

    /// <summary>Where the program thinks that it is.</summary>
    public string Program { get; set; } = "/usr/bin/aetherscale-cli";

    /// <summary>The program and its arguments that it became, which would have ended with 42.</summary>
    public IReadOnlyList<string>? Became { get; private set; }

    /// <summary>How often the terminal was made raw, less how often that was taken back.</summary>
    public int RawTerminals => _rawTerminals;

    public Stream Input { get; set; } = Stream.Null;

    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>What the program measures its patience with.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Task<CliResult> RunAsync(params string[] args) =>
        RunAsync(args, new MemoryStream(), TestContext.Current.CancellationToken);

    public async Task<CliResult> RunAsync(string[] args, Stream output, CancellationToken interrupted)
    {
        using var error = new MemoryStream();
        var around = new Surroundings
        {
            Input = Input,
            Output = output,
            Error = error,
            InputIsTerminal = InputIsTerminal,
            OutputIsTerminal = OutputIsTerminal,
            ErrorIsTerminal = ErrorIsTerminal,
            TerminalWidth = () => Width,
            Variable = Variables.GetValueOrDefault,
            UserId = UserId,
            Program = Program,
            EnterRawTerminal = () => new RawTerminalMark(this),
            Become = (path, arguments) =>
            {
                Became = [path, .. arguments];
                return 42;
            },
            NewRequestId = () => $"r{Interlocked.Increment(ref _requests)}",
            MachineConfig = MachineConfig,
            RuntimeFolders = Path.Join(Root, "run"),
            SystemSocket = SystemSocket,
            MayWrite = path => path == SystemSocket ? MayUseSystemSocket : throw new ArgumentException("Not asked for.", nameof(path)),
            Time = Time,
        };
        var code = await CliApp.RunAsync(args, around, interrupted);
        var text = output is MemoryStream memory ? Encoding.UTF8.GetString(memory.ToArray()) : "";
        return new CliResult(code, text, Encoding.UTF8.GetString(error.ToArray()));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class RawTerminalMark : IDisposable
    {
        private readonly CliSandbox _cli;

        public RawTerminalMark(CliSandbox cli)
        {
            _cli = cli;
            Interlocked.Increment(ref _cli._rawTerminals);
        }

        public void Dispose() => Interlocked.Decrement(ref _cli._rawTerminals);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Aetherscale.SystemTests.Harness;

/// <summary>A program that goes on until it is ended, and that does not outlive the tests, however they end.</summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    /// <summary>The shell's input ends with the tests; then it kills the program. It ends when the program does.</summary>
    private const string Guard = """
        exec 3<&0 2>/dev/null
        log=$1; shift
        "$@" </dev/null >>"$log" 2>&1 3<&- &
        program=$!
        echo $program
        (cat <&3; kill -KILL $program) >/dev/null 2>&1 &
        guard=$!
        wait $program
        kill $guard
        """;

    private readonly Process _shell;

    private GuardedProcess(Process shell, int pid) => (_shell, Pid) = (shell, pid);

    /// <summary>The program's own.</summary>
    public int Pid { get; }

    public bool HasEnded => _shell.HasExited;

    /// <param name="log">The file that takes its output.</param>
    /// <param name="environment">Comes on top of the tests' own.</param>
    /// <param name="program">A path.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<GuardedProcess> StartAsync(
        string log, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guard, "guard", log, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var shell = Process.Start(start)!;
        return new GuardedProcess(shell, int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a signal to the program.</summary>
    public async Task SignalAsync(string signal) => (await Tool.RunAsync("/bin/kill", $"-{signal}", $"{Pid}")).Succeeded();

    /// <summary>Waits until the program has ended.</summary>
    public async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _shell.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await EndAsync();
        _shell.Dispose();
    }
}

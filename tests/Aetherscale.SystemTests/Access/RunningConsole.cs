using System.Diagnostics;
using System.Text;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Access;

/// <summary><c>aetherscale-cli console</c> while it runs, on a pseudo-terminal that script(1) makes, or on pipes.</summary>
internal sealed class RunningConsole : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _shown = new();
    private readonly Process _process;
    private readonly Task _reading;

    private RunningConsole(TestHost host, string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in host.Settings)
        {
            start.Environment[name] = value;
        }

        start.Environment["TERM"] = "vt100";
        _process = Process.Start(start)!;
        Error = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    public Task<string> Error { get; }

    /// <summary>All that was shown so far.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }
    }

    /// <param name="host">The daemon's.</param>
    /// <param name="line">For a shell whose terminal it is; <c>$cli</c> is the program.</param>
    public static RunningConsole OnTerminal(TestHost host, string line) => new(
        host, "/usr/bin/script", ["-qefc", $"cli={TestEnvironment.Programs}/aetherscale-cli; {line}", "/dev/null"]);

    public static RunningConsole OnPipes(TestHost host, params string[] arguments) =>
        new(host, $"{TestEnvironment.Programs}/aetherscale-cli", arguments);

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    public Task ShowsAsync(string text) => Wait.UntilAsync($"the console shows {text}", () => Shown.Contains(text) || (_process.HasExited && Fail(text)), 60);

    /// <returns>Whether it did.</returns>
    public async Task<bool> ShowsWithinAsync(string text, int seconds)
    {
        for (var since = Stopwatch.StartNew(); !Shown.Contains(text) && since.Elapsed.TotalSeconds < seconds;)
        {
            await Task.Delay(100);
        }

        return Shown.Contains(text);
    }

    public async Task EndsAsync(int exitCode)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience);
        await _reading;
        Assert.True(exitCode == _process.ExitCode, $"exit code {_process.ExitCode}: {Shown} {await Error}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private bool Fail(string text)
    {
        Assert.Fail($"ended before it showed {text}: {Shown}");
        return false;
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_shown)
            {
                _shown.Append(buffer, 0, count);
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Networking;

/// <summary><c>aetherscale-cli connect</c> while it runs, with its streams in the test's hands.</summary>
internal sealed class RunningConnect : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    public RunningConnect(TestHost host, string vm, int port, params string[] way)
    {
        var start = new ProcessStartInfo(
            $"{TestEnvironment.Programs}/aetherscale-cli", [.. way, "connect", vm, port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in host.Settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        Error = _process.StandardError.ReadToEndAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>All that it wrote to standard error, once it has ended.</summary>
    public Task<string> Error { get; }

    public Stream Output => _process.StandardOutput.BaseStream;

    public void Kill() => _process.Kill();

    /// <summary>Fails the test unless it ends by itself with this exit code.</summary>
    public async Task EndsAsync(int exitCode)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience);
        Assert.Equal(exitCode, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}

using System.Diagnostics;
using System.Text;

namespace Aetherscale.Processes;

/// <summary>A running program whose standard streams are pipes of ours. Disposal kills it if it still runs.</summary>
internal sealed class PipedProcess : IAsyncDisposable
{
    /// <summary>Enough of stderr to tell what went wrong.</summary>
    private const int MaxErrorLength = 4096;

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<bool> _notice = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="process">Just started, with all three streams redirected.</param>
    /// <param name="notice">The words on its stderr by which the program says that it is ready.</param>
    public PipedProcess(Process process, string notice)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, notice);
        _process.BeginErrorReadLine();
    }

    /// <summary>What the program reads. Disposing it is the program's end of file.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What the program writes.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Whether the program said that it is ready; false when it ended without.</summary>
    public Task<bool> Notice => _notice.Task;

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code and the beginning of what it wrote to stderr.</returns>
    public async Task<(int ExitCode, string Error)> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        lock (_error)
        {
            return (_process.ExitCode, _error.ToString().Trim());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Keep(string? line, string notice)
    {
        if (line is null)
        {
            _notice.TrySetResult(false);
            return;
        }

        lock (_error)
        {
            if (_error.Length + line.Length < MaxErrorLength)
            {
                _error.AppendLine(line);
            }
        }

        if (line.Contains(notice, StringComparison.Ordinal))
        {
            _notice.TrySetResult(true);
        }
    }
}

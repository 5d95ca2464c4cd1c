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
    private readonly TaskCompletionSource<string?> _firstErrorLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PipedProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What the program reads. Disposing it is the program's end of file.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What the program writes.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>The first line that the program writes to stderr; null when it ends without one.</summary>
    public Task<string?> FirstErrorLine => _firstErrorLine.Task;

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

    private void Keep(string? line)
    {
        _firstErrorLine.TrySetResult(line);
        lock (_error)
        {
            if (line is not null && _error.Length + line.Length < MaxErrorLength)
            {
                _error.AppendLine(line);
            }
        }
    }
}

using System.Runtime.ExceptionServices;
using Aetherscale.Processes;

namespace Aetherscale.Images.Imports;

/// <summary>Unpacks xz by Debian's own program, for which no managed one of good standing exists. It takes little memory and one core.</summary>
internal sealed class XzStream : ReadOnlyStream
{
    private const string Program = "/usr/bin/xz";

    /// <summary>What the largest preset of xz needs to unpack is 65 MiB.</summary>
    private static readonly string[] s_arguments = ["--decompress", "--stdout", "--format=xz", "--threads=1", "--memlimit-decompress=100MiB"];

    private readonly PipedProcess _xz;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _feeding;
    private ExceptionDispatchInfo? _failure;

    public XzStream(Stream packed, ProcessRunner programs)
    {
        _xz = programs.Start(Program, s_arguments, notice: "\0");
        _feeding = FeedAsync(packed, _over.Token);
    }

    /// <exception cref="InvalidDataException">The packed bytes are damaged, or end too early.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _xz.Output.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            return count;
        }

        await _feeding.WaitAsync(cancellationToken);
        var (code, words) = await _xz.WaitAsync(cancellationToken);
        _failure?.Throw();
        return code == 0 ? 0 : throw new InvalidDataException($"xz says: {words}");
    }

    public override async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _xz.DisposeAsync();
        await _feeding;
        _over.Dispose();
        await base.DisposeAsync();
    }

    private async Task FeedAsync(Stream packed, CancellationToken cancellationToken)
    {
        var chunk = new byte[256 * 1024];
        try
        {
            while (await TryReadAsync(packed, chunk, cancellationToken) is > 0 and var count)
            {
                await _xz.Input.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
            }

            await _xz.Input.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // xz has ended, and tells why; or nobody waits for it any more.
        }
    }

    /// <summary>What the source fails by is for whoever reads the result.</summary>
    private async Task<int> TryReadAsync(Stream packed, byte[] chunk, CancellationToken cancellationToken)
    {
        try
        {
            return await packed.ReadAsync(chunk, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
            return 0;
        }
    }
}

using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Keeps guests from filling the host's disk with what they print: a console log that grew past its bound is kept as
/// <c>console.log.1</c>, in place of the one before, and begun anew. QEMU appends, so it may be cut while QEMU writes.
/// </summary>
internal sealed class ConsoleLogs(VmStore store, VmMonitors monitors, TimeProvider time, ILogger<ConsoleLogs> logger)
{
    /// <summary>Bytes. On disk there is at most twice as much, and what a guest prints between two looks.</summary>
    public const long Bound = 4 * 1024 * 1024;

    /// <summary>Bytes. Of a log that is longer, which no guest prints between two looks, the end is kept.</summary>
    public const long MostKept = 16 * Bound;

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>Looks after the logs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            using var timer = new PeriodicTimer(s_betweenLooks, time);
            while (await timer.WaitForNextTickAsync(stopping))
            {
                foreach (var vm in monitors.FollowedVms.Select(store.TryFind).OfType<Vm>())
                {
                    Trim(vm);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is how it ends.
        }
#pragma warning disable CA1031 // The VMs do not need it, and neither do the commands: whatever it failed by, the daemon goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ConsoleLogsLog.Ended(logger, error);
        }
    }

    /// <summary>Looks after one VM's log now.</summary>
    public void Trim(Vm vm)
    {
        var path = vm.Folder.ConsoleLog;
        try
        {
            if (FileStatus.Of(path) is { Kind: FileKind.Regular, Size: > Bound and var size })
            {
                using var log = Beneath.OpenFile(path, Libc.ReadWrite);

                // The file is QEMU's, and one that was broken into may have made it as long as it likes, of nothing.
                Copy(log, path + ".1", size > MostKept ? size - Bound : 0);
                RandomAccess.SetLength(log, 0);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ConsoleLogsLog.NotTrimmed(logger, error, path);
        }
    }

    private static void Copy(SafeFileHandle log, string path, long start)
    {
        using var kept = Beneath.OpenFile(path, Libc.ReadWrite | Libc.Create, Mode);
        RandomAccess.SetLength(kept, 0);
        var buffer = new byte[64 * 1024];
        int count;
        for (var offset = 0L; offset < MostKept && (count = RandomAccess.Read(log, buffer, start + offset)) > 0; offset += count)
        {
            RandomAccess.Write(kept, buffer.AsSpan(0, count), offset);
        }
    }
}

internal static partial class ConsoleLogsLog
{
    [LoggerMessage(LogLevel.Error, "Nobody cuts console logs that grow too long any more, until the daemon is restarted")]
    public static partial void Ended(ILogger logger, Exception error);

    [LoggerMessage(LogLevel.Warning, "The console log {Path} is too long and could not be cut")]
    public static partial void NotTrimmed(ILogger logger, Exception error, string path);
}

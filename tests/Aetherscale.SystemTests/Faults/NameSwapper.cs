using System.Runtime.InteropServices;
using Aetherscale.Files;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// Somebody hostile who owns a folder: as fast as the kernel lets it, a thread has a name there be in turn what it was and a symbolic link to
/// something precious. Whether anybody as much as opened that, the kernel tells (inotify(7)).
/// </summary>
internal sealed partial class NameSwapper : IDisposable
{
    private const uint Opened = 0x20;
    private const uint Exchange = 2;

    private readonly string _path;
    private readonly string _link;
    private readonly SafeFileHandle _watch = Libc.InotifyInit(Libc.NonBlocking | Libc.CloseOnExec);
    private readonly Thread _thread;
    private volatile bool _over;
    private long _swaps;

    /// <param name="path">The name; something stands there.</param>
    /// <param name="precious">Where the link leads.</param>
    /// <param name="watched">What must not be opened: it, or something in it.</param>
    public NameSwapper(string path, string precious, string watched)
    {
        _path = path;
        _link = path + ".link";
        File.CreateSymbolicLink(_link, precious);
        Assert.True(Libc.InotifyAddWatch(_watch, watched, Opened | Libc.InotifyAttributes | Libc.InotifyModify) >= 0);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How often the name became the other.</summary>
    public long Swaps => Interlocked.Read(ref _swaps);

    /// <summary>Whether what is precious was opened, or changed, since the last look.</summary>
    public bool WasTouched() => Libc.Read(_watch, new byte[4096], 4096) > 0;

    public void Dispose()
    {
        _over = true;
        _thread.Join();
        _watch.Dispose();
    }

    private void Run()
    {
        while (!_over)
        {
            // Where the daemon has just moved the name away there is nothing to swap.
            if (Rename(Libc.AtFdCwd, _path, Libc.AtFdCwd, _link, Exchange) == 0)
            {
                Interlocked.Increment(ref _swaps);
            }
        }

        if (Interlocked.Read(ref _swaps) % 2 == 1)
        {
            _ = Rename(Libc.AtFdCwd, _path, Libc.AtFdCwd, _link, Exchange);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}

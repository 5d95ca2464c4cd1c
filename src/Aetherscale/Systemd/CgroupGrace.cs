using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Systemd;

/// <summary>
/// Hides a wait of the kernel's behind work of ours. To move a process into the control group of a unit that starts, the
/// kernel first waits for an RCU grace period, about 10 ms in which nothing runs; moves that follow within such a period do
/// not wait again (cgroup_threadgroup_rwsem, a percpu_rw_semaphore, https://docs.kernel.org/locking/percpu-rw-semaphore.html).
/// So the daemon "moves" itself to where it is as soon as it knows that it will start a unit.
/// </summary>
internal sealed class CgroupGrace : IDisposable
{
    private const string Groups = "/sys/fs/cgroup";

    private readonly AutoResetEvent _asked = new(false);
    private readonly SafeFileHandle? _processes = Open();
    private readonly Thread _thread;
    private volatile bool _stopping;

    public CgroupGrace()
    {
        _thread = new Thread(Run) { Name = "cgroup-grace", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A unit is about to be started. Returns at once; where the daemon's own group is not its user's, nothing happens.</summary>
    public void Begin() => _asked.Set();

    public void Dispose()
    {
        _stopping = true;
        _asked.Set();
        _thread.Join();
        _asked.Dispose();
        _processes?.Dispose();
    }

    /// <summary>The list of processes of our own control group, in whichever hierarchy systemd keeps it (cgroups(7)).</summary>
    private static SafeFileHandle? Open()
    {
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            var mount = line.Split(':', 3) switch
            {
                ["0", _, var path] => Directory.Exists(Groups + "/unified") ? $"{Groups}/unified{path}" : Groups + path,
                [_, "name=systemd", var path] => $"{Groups}/systemd{path}",
                _ => null,
            };
            try
            {
                if (mount is not null)
                {
                    return File.OpenHandle(mount + "/cgroup.procs", FileMode.Open, FileAccess.Write);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not ours to write: starts take as long as they take.
            }
        }

        return null;
    }

    private void Run()
    {
        while (_processes is not null && _asked.WaitOne() && !_stopping)
        {
            try
            {
                // 0 is whoever writes.
                RandomAccess.Write(_processes, "0"u8, 0);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // We were moved to a group that is not ours to write.
                return;
            }
        }
    }
}

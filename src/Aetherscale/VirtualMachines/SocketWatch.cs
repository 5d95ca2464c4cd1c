using System.Collections.Concurrent;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Tells when a VM's monitor socket appears, so that nobody has to look for it again and again: the kernel reports each
/// new name below the folder of all runtime folders (inotify(7)).
/// </summary>
internal sealed class SocketWatch : IDisposable
{
    private readonly ConcurrentDictionary<VmId, TaskCompletionSource> _waiting = new();
    private readonly RuntimeFolder _runtime;
    private readonly FileSystemWatcher _watcher;

    public SocketWatch(RuntimeFolder runtime)
    {
        _runtime = runtime;

        // Units make it too, with the folders of their own in it; it stays.
        Directory.CreateDirectory(runtime.Vms, runtime.Mode);
        _watcher = new FileSystemWatcher(runtime.Vms)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName,
        };
        _watcher.Created += OnCreated;
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Whether there is a socket, or anything else, in its place.</summary>
    public bool IsThere(VmId id) => FileStatus.Of(_runtime.OfVm(id).QmpSocket) is not null;

    /// <summary>Waits until the VM's QMP socket is there, or the time is over: an event may be lost when very many come.</summary>
    public async Task WaitAsync(VmId id, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var appeared = _waiting.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            if (!IsThere(id))
            {
                await appeared.Task.WaitAsync(patience, time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // Whoever waits looks for himself.
        }
        finally
        {
            _waiting.TryRemove(new KeyValuePair<VmId, TaskCompletionSource>(id, appeared));
        }
    }

    public void Dispose() => _watcher.Dispose();

    /// <summary>A VM's folder, or something in one. The folder is watched before it is told of, so the socket may be older.</summary>
    private void OnCreated(object sender, FileSystemEventArgs created)
    {
        var folder = created.Name?.Split('/')[0];
        if (VmId.TryParse(folder, out var id) && _waiting.TryGetValue(id, out var waiting) && IsThere(id))
        {
            waiting.TrySetResult();
        }
    }
}

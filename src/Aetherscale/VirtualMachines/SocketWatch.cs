using System.Collections.Concurrent;
using Aetherscale.Files;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Tells when a VM's monitor socket appears, so that nobody has to look for it again and again: the kernel reports each new name in the
/// folder of all runtime folders, and in those of the VMs that are waited for (inotify(7)). In these a QEMU may do what it likes: no
/// folder below them is entered, and they are watched no longer than need be.
/// </summary>
internal sealed class SocketWatch : IDisposable
{
    private readonly ConcurrentDictionary<VmId, TaskCompletionSource> _waiting = new();
    private readonly RuntimeFolder _runtime;
    private readonly NameWatch _names;

    public SocketWatch(RuntimeFolder runtime)
    {
        _runtime = runtime;

        // Units make it too, with the folders of their own in it; it stays.
        Directory.CreateDirectory(runtime.Vms, runtime.Mode);
        _names = new NameWatch(OnCreated);
        _names.TryAdd(runtime.Vms);
    }

    /// <summary>Whether there is a socket, or anything else, in its place.</summary>
    public bool IsThere(VmId id) => FileStatus.Of(_runtime.OfVm(id).QmpSocket) is not null;

    /// <summary>Waits until the VM's QMP socket is there, or the time is over: an event may be lost when very many come.</summary>
    public async Task WaitAsync(VmId id, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var appeared = _waiting.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var folder = _runtime.OfVm(id).FolderPath;
        try
        {
            _names.TryAdd(folder);
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
            _names.Remove(folder);
        }
    }

    public void Dispose() => _names.Dispose();

    /// <summary>A VM's folder, or something in one. The folder may be older than its watch, and the socket, too.</summary>
    private void OnCreated(string folder, string name)
    {
        if (VmId.TryParse(folder == _runtime.Vms ? name : Path.GetFileName(folder), out var id) && _waiting.TryGetValue(id, out var waiting))
        {
            _names.TryAdd(_runtime.OfVm(id).FolderPath);
            if (IsThere(id))
            {
                waiting.TrySetResult();
            }
        }
    }
}

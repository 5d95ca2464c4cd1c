namespace Aetherscale.VirtualMachines;

/// <summary>
/// Who wants a VM dead at once. A kill has to wait for its turn like every command, but a graceful stop that it waits for
/// must not go on being graceful.
/// </summary>
internal sealed class KillRequests
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VmId, Entry> _entries = [];

    /// <summary>To be called before the kill waits for its turn, and disposed after the kill.</summary>
    public KillRequest Announce(VmId id)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out entry))
            {
                _entries[id] = entry = new Entry();
            }

            entry.Users++;
            entry.Kills++;
        }

        entry.Announced.TrySetResult();
        return new KillRequest(() => Leave(id, entry, isKill: true), () => entry.IsDone);
    }

    /// <summary>A graceful stop has killed the VM for whoever wants that.</summary>
    public void Done(VmId id)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var entry))
            {
                entry.IsDone = true;
            }
        }
    }

    /// <summary>For a graceful stop: a task that is done as soon as a kill waits for the same VM.</summary>
    /// <param name="id">The VM.</param>
    /// <param name="announced">The task.</param>
    /// <returns>To be disposed when the stop is over.</returns>
    public IDisposable Watch(VmId id, out Task announced)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry))
            {
                _entries[id] = entry = new Entry();
            }

            entry.Users++;
            announced = entry.Announced.Task;
            return new KillRequest(() => Leave(id, entry, isKill: false), () => entry.IsDone);
        }
    }

    private void Leave(VmId id, Entry entry, bool isKill)
    {
        lock (_gate)
        {
            entry.Kills -= isKill ? 1 : 0;
            if (--entry.Users == 0)
            {
                _entries.Remove(id);
            }
            else if (entry.Kills == 0 && entry.Announced.Task.IsCompleted)
            {
                entry.IsDone = false;
                entry.Announced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private sealed class Entry
    {
        public int Users { get; set; }

        public int Kills { get; set; }

        public bool IsDone { get; set; }

        public TaskCompletionSource Announced { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Somebody's part in the kill of a VM, until it is disposed of.</summary>
internal sealed class KillRequest(Action leave, Func<bool> isDone) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>Whether a graceful stop that the kill waited for has killed the VM in its stead.</summary>
    public bool IsDone => isDone();

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}

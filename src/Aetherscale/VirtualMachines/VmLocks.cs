namespace Aetherscale.VirtualMachines;

/// <summary>Commands on one VM run one after the other, in the order in which they asked; different VMs run side by side.</summary>
internal sealed class VmLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VmId, Entry> _entries = [];

    /// <summary>Waits for its turn. Dispose what is returned to let the next one in.</summary>
    public async Task<IDisposable> AcquireAsync(VmId id, CancellationToken cancellationToken)
    {
        Entry? entry;
        Task wait;
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out entry))
            {
                _entries[id] = entry = new Entry();
            }

            entry.Users++;

            // SemaphoreSlim lets asynchronous waiters in first come, first served.
            wait = entry.Semaphore.WaitAsync(cancellationToken);
        }

        try
        {
            await wait;
        }
        catch (OperationCanceledException)
        {
            Leave(id, entry);
            throw;
        }

        return new Turn(this, id, entry);
    }

    private void Leave(VmId id, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(id);
                entry.Semaphore.Dispose();
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Turn(VmLocks locks, VmId id, Entry entry) : IDisposable
    {
        private bool _over;

        public void Dispose()
        {
            if (!_over)
            {
                _over = true;
                entry.Semaphore.Release();
                locks.Leave(id, entry);
            }
        }
    }
}

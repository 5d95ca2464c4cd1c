using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>One VM as its history follows it: what is worked on in order, and what came last.</summary>
internal sealed class VmTrack(VmId id, VmFolder folder)
{
    private static readonly TimeSpan s_instant = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _failure;
    private Task _work = Task.CompletedTask;
    private VmTransition? _last;
    private bool _isRead;

    public VmId Id { get; } = id;

    public VmFolder Folder { get; } = folder;

    public VmAsks Asks { get; } = new();

    /// <summary>The reboots that were seen since the last one that was told of.</summary>
    public int RebootsUntold { get; set; }

    /// <summary>When a reboot was last told of.</summary>
    public DateTimeOffset RebootTold { get; set; }

    /// <summary>What happened last; read from the file at first. Used by the work only.</summary>
    public VmTransition? Last
    {
        get
        {
            if (!_isRead)
            {
                _isRead = true;
                _last = HistoryFile.ReadLast(Folder, 1) is [var last] ? last : null;
            }

            return _last;
        }

        set => (_isRead, _last) = (true, value);
    }

    /// <summary>Done when all that was posted so far is.</summary>
    public Task Done
    {
        get
        {
            lock (_gate)
            {
                return _work;
            }
        }
    }

    /// <summary>Has something done after all that was posted before; the caller goes on at once.</summary>
    public void Post(Func<Task> work)
    {
        lock (_gate)
        {
            var before = _work;
            _work = Task.Run(() => AfterAsync(before, work));
        }
    }

    /// <summary>
    /// Takes note of the unit's next change; to be called in the order of the changes. A unit that is about to be started again is failed for
    /// an instant (systemd.service(5), RestartMode=), and sometimes is seen so.
    /// </summary>
    /// <returns>Whether another change has followed this failure so soon that it was none by itself.</returns>
    public Task<bool> PassTo(UnitChange change)
    {
        var isRestart = change.SubState is UnitSubState.AutoRestart or UnitSubState.AutoRestartQueued;
        Interlocked.Exchange(ref _failure, null)?.TrySetResult(isRestart);
        if (change.ActiveState != UnitActiveState.Failed)
        {
            return Task.FromResult(false);
        }

        var failure = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _failure = failure;
        return PassesAsync(failure.Task);
    }

    private static async Task<bool> PassesAsync(Task<bool> followed)
    {
        await ((Task)followed).WaitAsync(s_instant).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return followed.IsCompletedSuccessfully && await followed;
    }

    private static async Task AfterAsync(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await work();
    }
}

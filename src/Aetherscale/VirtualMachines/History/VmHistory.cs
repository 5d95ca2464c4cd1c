using System.Collections.Concurrent;
using System.Globalization;
using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// Keeps what happens to each VM, with its cause and who asked for it: in a file of the VM's folder, in the journal, and told to
/// those who listen. Commands say what they are about to do; systemd and QEMU tell what came of it. Nobody waits for a history: it is
/// written after the fact and never synced.
/// </summary>
internal sealed class VmHistory : IAsyncDisposable
{
    /// <summary>A guest that reboots on and on must not push all else out of its history.</summary>
    private static readonly TimeSpan s_betweenReboots = TimeSpan.FromMinutes(1);

    /// <summary>For what is being written down: QEMU's last words, and what is kept of a crash.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<VmId, VmTrack> _tracks = new();
    private readonly SystemdManager _systemd;
    private readonly VmStore _store;
    private readonly VmMonitors _monitors;
    private readonly CrashBundles _bundles;
    private readonly HostClock _clock;
    private readonly ILogger<VmHistory> _logger;

    public VmHistory(
        SystemdManager systemd, VmStore store, VmMonitors monitors, CrashBundles bundles, HostClock clock, ILogger<VmHistory> logger)
    {
        _systemd = systemd;
        _store = store;
        _monitors = monitors;
        _bundles = bundles;
        _clock = clock;
        _logger = logger;
        _systemd.UnitChanged += OnUnitChanged;
        _monitors.Told += OnTold;
    }

    /// <summary>Everything that happens from now on.</summary>
    public EventFeed Feed { get; } = new();

    /// <summary>Says what a command is about to have done, before it does it.</summary>
    public VmAsk Ask(VmId id, AskKind kind, VmRequester? who)
    {
        var ask = new VmAsk(kind, who);
        Ask(id, ask);
        return ask;
    }

    /// <summary>Says it once more: something else may have happened meanwhile, and been put down to it.</summary>
    public void Ask(VmId id, VmAsk ask) => TrackOf(id).Asks.Add(ask);

    /// <summary>Nothing came of it.</summary>
    public void Withdraw(VmId id, VmAsk ask)
    {
        if (_tracks.TryGetValue(id, out var track))
        {
            track.Asks.Withdraw(ask);
        }
    }

    /// <summary>A start failed, and its unit is about to be brought to rest.</summary>
    public void GiveUp(VmId id) => Ask(id, AskKind.GiveUp, null);

    /// <summary>The VM exists.</summary>
    public void Created(Vm vm, bool starts, VmRequester who)
    {
        var track = TrackOf(vm.Id);
        var created = new VmTransition
        {
            Time = _clock.Now,
            Event = TransitionKind.Created,
            Status = starts ? VmState.Starting : VmState.Stopped,
            Cause = TransitionCause.Request,
            Text = $"it was made from the image {vm.Spec?.Image}",
            Requester = who,
        };
        track.Last = null;
        track.Post(() => RecordAsync(track, created));
    }

    /// <summary>The VM is gone, and its history with it: only those who listen, and the journal, learn of it.</summary>
    public void Deleted(Vm vm, VmAsk? ask)
    {
        var track = TrackOf(vm.Id);
        var deleted = new VmTransition
        {
            Time = _clock.Now,
            Event = TransitionKind.Deleted,
            Status = VmState.Deleting,
            Cause = ask?.Kind == AskKind.Undo ? TransitionCause.StartFailed : TransitionCause.Request,
            Text = ask?.Kind switch
            {
                AskKind.Undo => "its creation failed, and what was made of it was removed",
                null => "its deletion, which was cut off, was finished",
                _ => "it was removed with its disk",
            },
            Requester = ask?.Who,
        };
        track.Post(() =>
        {
            Tell(track, deleted, vm.Spec?.Name);
            _tracks.TryRemove(vm.Id, out _);
            return Task.CompletedTask;
        });
    }

    /// <summary>Works out what happened to a VM while no daemon ran, once all that is known to have happened since is worked in.</summary>
    public Task CatchUpAsync(VmId id, Func<VmTransition?, Task<VmTransition?>> derive)
    {
        var track = TrackOf(id);
        track.Post(() => GuardAsync(track, async () => await derive(track.Last)));
        return track.Done;
    }

    /// <summary>The latest that happened to a VM, the oldest of it first; what is under way is waited for.</summary>
    public async Task<IReadOnlyList<VmTransition>> ReadAsync(Vm vm, int count)
    {
        if (_tracks.TryGetValue(vm.Id, out var track))
        {
            await track.Done.WaitAsync(s_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return HistoryFile.ReadLast(vm.Folder, count);
    }

    public async ValueTask DisposeAsync()
    {
        _systemd.UnitChanged -= OnUnitChanged;
        _monitors.Told -= OnTold;
        await Task.WhenAll(_tracks.Values.Select(track => track.Done)).WaitAsync(s_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private VmTrack TrackOf(VmId id) => _tracks.GetOrAdd(id, _ => new VmTrack(id, _store.FolderOf(id)));

    private void OnUnitChanged(UnitChange change)
    {
        if (VmUnit.IdOf(change.Unit) is not { } id || _store.TryFind(id) is null)
        {
            return;
        }

        var track = TrackOf(id);
        var moment = new UnitMoment
        {
            Time = _clock.Now,
            Active = change.ActiveState,
            Sub = change.SubState,
            HasJob = change.HasJob,
            RunId = change.InvocationId is { Length: > 0 } run ? run : null,
            Result = change.Result ?? ServiceResult.Unknown,
            Run = change.Run,
            Asks = track.Asks.At(change.ActiveState),
            HostBoot = _clock.HostBoot,
        };
        var isPassing = track.PassTo(change);
        var isEnd = !UnitWatch.IsUp(change.ActiveState, change.SubState);
        var lastWords = isEnd ? _monitors.LastWordsAsync(id) : Task.FromResult<QmpStory?>(null);
        track.Post(() => GuardAsync(
            track,
            async () => await isPassing ? null : TransitionRules.OfUnit(track.Last, moment with { Story = await lastWords })));
    }

    private void OnTold(VmId id, QmpTold told)
    {
        var track = TrackOf(id);
        var ask = track.Asks.Take(told.Kind);
        var time = _clock.Now;
        track.Post(() => GuardAsync(track, () =>
        {
            var transition = TransitionRules.OfQmp(track.Last, told, ask, time);
            return Task.FromResult(transition?.Event == TransitionKind.Rebooted ? Rarely(track, transition) : transition);
        }));
    }

    private static VmTransition? Rarely(VmTrack track, VmTransition reboot)
    {
        track.RebootsUntold++;
        if (reboot.Cause == TransitionCause.Guest && reboot.Time - track.RebootTold < s_betweenReboots)
        {
            return null;
        }

        var times = track.RebootsUntold;
        (track.RebootsUntold, track.RebootTold) = (0, reboot.Time);
        return times == 1 ? reboot : reboot with { Times = times };
    }

    private async Task GuardAsync(VmTrack track, Func<Task<VmTransition?>> derive)
    {
        try
        {
            if (await derive() is { } transition)
            {
                await RecordAsync(track, transition);
            }
        }
#pragma warning disable CA1031 // A line of history that cannot be made is no reason to lose those that follow.
        catch (Exception error)
#pragma warning restore CA1031
        {
            HistoryLog.NotDerived(_logger, error, track.Id);
        }
    }

    private async Task RecordAsync(VmTrack track, VmTransition transition)
    {
        var recorded = transition with { RunId = transition.RunId ?? track.Last?.RunId };
        if (CrashBundles.IsCrash(recorded))
        {
            recorded = recorded with { Bundle = await _bundles.MakeAsync(track.Id, track.Folder, recorded) };
        }

        track.Last = recorded;
        try
        {
            HistoryFile.Append(track.Folder, recorded);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(track.Folder.FolderPath))
            {
                HistoryLog.NotWritten(_logger, error, track.Folder.History);
            }
        }

        Tell(track, recorded, _store.TryFind(track.Id)?.Spec?.Name);
    }

    private void Tell(VmTrack track, VmTransition transition, string? name)
    {
        var level = transition.Event == TransitionKind.Crashed ? LogLevel.Warning : LogLevel.Information;
        if (_logger.IsEnabled(level))
        {
            var (kind, cause) = (KebabWord<TransitionKind>.Of(transition.Event), KebabWord<TransitionCause>.Of(transition.Cause));
            var who = transition.Requester;
            var user = who?.User ?? who?.Uid?.ToString(CultureInfo.InvariantCulture);
            HistoryLog.Happened(_logger, level, track.Id, kind, transition.Text, cause, who?.Command, user, who?.RequestId);
        }

        Feed.Publish(new VmEvent(track.Id, name, transition));
    }
}

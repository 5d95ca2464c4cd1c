using System.Collections.Concurrent;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.VirtualMachines;

/// <summary>The monitors of all running VMs: made when systemd says that a unit is up, ended when it is down.</summary>
internal sealed class VmMonitors : IAsyncDisposable
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pulse = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<VmId, VmMonitor> _current = new();
    private readonly Lock _beginning = new();
    private readonly SystemdManager _systemd;
    private readonly BootLinks _links;
    private readonly RuntimeFolder _runtime;
    private readonly SocketWatch _sockets;
    private readonly TimeProvider _time;
    private readonly ILogger<VmMonitors> _logger;
    private Task _catchingUp = Task.CompletedTask;

    public VmMonitors(
        SystemdManager systemd, BootLinks links, RuntimeFolder runtime, TimeProvider time, ILogger<VmMonitors> logger)
    {
        _systemd = systemd;
        _links = links;
        _runtime = runtime;
        _sockets = new SocketWatch(runtime);
        _time = time;
        _logger = logger;
        _systemd.UnitChanged += OnUnitChanged;
        _systemd.Reconnected += OnReconnected;
    }

    /// <summary>A monitor has connected: its VM was started, or found running. Raised on a pool thread.</summary>
    public event Action<VmId>? Connected;

    /// <summary>QEMU has told that a guest is paused, runs, or was reset. Raised on a pool thread.</summary>
    public event Action<VmId, QmpTold>? Told;

    /// <summary>What QEMU says of a guest may have changed. Raised on a pool thread.</summary>
    public event Action<VmId>? Changed;

    /// <summary>The VMs that run, or ran a moment ago.</summary>
    public IEnumerable<VmId> FollowedVms => _current.Keys;

    /// <summary>The VMs whose monitors are connected.</summary>
    public IEnumerable<VmId> ConnectedVms => _current.Where(pair => pair.Value.Client is not null).Select(pair => pair.Key);

    /// <summary>Which units are VMs of this daemon. Set once, before the first unit changes.</summary>
    public required Func<VmId, bool> IsOurs { get; init; }

    /// <summary>Follows the VM, and waits until its QEMU takes commands.</summary>
    public Task AttachAsync(VmId id, CancellationToken cancellationToken) =>
        MonitorOf(id).Greeted.WaitAsync(cancellationToken);

    /// <summary>Follows every VM of ours that runs now.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> FollowRunningAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var unit in await _systemd.ListUnitsAsync(VmUnit.Pattern, cancellationToken))
        {
            if (unit.ActiveState == UnitActiveState.Active && VmUnit.IdOf(unit.Name) is { } id && IsOurs(id))
            {
                MonitorOf(id);
                count++;
            }
        }

        return count;
    }

    /// <summary>The VM's monitor; null when it is not connected.</summary>
    public QmpClient? ClientOf(VmId id) => _current.TryGetValue(id, out var monitor) ? monitor.Client : null;

    /// <summary>Whether its QEMU owes an answer.</summary>
    public bool IsSilent(VmId id) => _current.TryGetValue(id, out var monitor) && monitor.IsSilent;

    /// <summary>Asks those QEMUs that have said nothing for a while, side by side, whether they are there.</summary>
    public Task CheckPulsesAsync(IEnumerable<VmId> ids, TimeSpan patience) => Task.WhenAll(
        ids.Select(id => _current.TryGetValue(id, out var monitor) ? monitor.CheckPulseAsync(patience) : Task.CompletedTask));

    /// <summary>What QEMU last said of the guest; unknown when it does not run.</summary>
    public (GuestState Guest, string? PauseReason) StateOf(VmId id) =>
        _current.TryGetValue(id, out var monitor) ? monitor.LastState : (GuestState.Unknown, null);

    /// <summary>The same, asked now, with the monitor's connection.</summary>
    /// <exception cref="QmpException">QEMU refused.</exception>
    /// <exception cref="TimeoutException">QEMU did not answer.</exception>
    public async Task<(GuestState Guest, QmpClient Client)> AskAsync(VmId id, TimeSpan patience, CancellationToken cancellationToken)
    {
        var monitor = MonitorOf(id);
        await monitor.Greeted.WaitAsync(patience, _time, cancellationToken);
        var client = monitor.Client ?? throw new QmpException("the connection to QEMU is lost");
        await monitor.ReadStateAsync(client, cancellationToken);
        return (monitor.LastState.Guest, client);
    }

    /// <summary>Has a paused guest go on, for instance after the host's disk was full.</summary>
    /// <returns>False when it is not paused.</returns>
    /// <exception cref="QmpException">QEMU refused.</exception>
    /// <exception cref="TimeoutException">QEMU did not answer.</exception>
    public async Task<bool> ResumeAsync(VmId id, CancellationToken cancellationToken)
    {
        // It may be paused since before this daemon: what QEMU says now counts.
        await CheckPulsesAsync([id], s_pulse);
        if (StateOf(id).Guest != GuestState.Paused || ClientOf(id) is not { } client)
        {
            return false;
        }

        await client.ContinueAsync(cancellationToken);
        return true;
    }

    /// <summary>To be asked when the VM's unit is down: whether the guest shut itself down.</summary>
    /// <returns>True also when QEMU could not be listened to: then the unit's own stop had no reason to complain.</returns>
    public async Task<bool> WasShutDownByGuestAsync(VmId id, CancellationToken cancellationToken)
    {
        if (!_current.TryGetValue(id, out var monitor))
        {
            return true;
        }

        try
        {
            await monitor.Ended.WaitAsync(s_lastWords, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Someone else has started it again already, or systemd cannot be asked: what was heard so far must do.
        }

        return monitor.WasShutDownByGuest || !monitor.Greeted.IsCompletedSuccessfully;
    }

    /// <summary>To be asked when the VM's unit goes down: what its QEMU told of that; null when it could not be listened to.</summary>
    public async Task<QmpStory?> LastWordsAsync(VmId id)
    {
        if (!_current.TryGetValue(id, out var monitor))
        {
            return null;
        }

        await monitor.Ended.WaitAsync(s_lastWords, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return monitor.Greeted.IsCompletedSuccessfully ? monitor.Story : null;
    }

    /// <summary>Forgets the VM's last run: it is about to be started, or is gone.</summary>
    public async Task ForgetAsync(VmId id)
    {
        if (_current.TryRemove(id, out var monitor))
        {
            await monitor.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _systemd.UnitChanged -= OnUnitChanged;
        _systemd.Reconnected -= OnReconnected;
        await _catchingUp;
        await Task.WhenAll(_current.Values.Select(monitor => monitor.DisposeAsync().AsTask()));
        _sockets.Dispose();
    }

    private VmMonitor MonitorOf(VmId id)
    {
        // QEMU serves one client: there must never be two monitors of one run.
        lock (_beginning)
        {
            return _current.TryGetValue(id, out var monitor) && !monitor.Ended.IsCompleted
                ? monitor
                : _current[id] = new VmMonitor(
                    id, _runtime.OfVm(id).QmpSocket, _sockets, IsUpAsync, OnConnected, OnChanged, OnPowerOffAsync, (vm, told) => Told?.Invoke(vm, told), _time, _logger);
        }
    }

    private void OnUnitChanged(UnitChange change)
    {
        if (change.ActiveState == UnitActiveState.Active && VmUnit.IdOf(change.Unit) is { } id && IsOurs(id))
        {
            MonitorOf(id);
        }
        else if (change.ActiveState == UnitActiveState.Inactive && VmUnit.IdOf(change.Unit) is { } down && _current.TryGetValue(down, out var monitor))
        {
            monitor.LookNow();
        }
    }

    /// <summary>Signals were missed while systemd was away: look for what they would have told.</summary>
    private void OnReconnected() => _catchingUp = CatchUpAsync(_catchingUp);

    private async Task CatchUpAsync(Task before)
    {
        await before;
        try
        {
            await FollowRunningAsync(CancellationToken.None);
        }
        catch (AetherscaleException error)
        {
            MonitorLog.CatchUpFailed(_logger, error);
        }
    }

    private void OnConnected(VmId id)
    {
        Connected?.Invoke(id);
        OnChanged(id);
    }

    private void OnChanged(VmId id) => Changed?.Invoke(id);

    private async Task<bool> IsUpAsync(VmId id, CancellationToken cancellationToken)
    {
        try
        {
            return UnitWatch.IsUp(await _systemd.GetStateAsync(VmUnit.NameOf(id), cancellationToken));
        }
        catch (AetherscaleException)
        {
            // systemd cannot be asked now; nothing says that the unit is down.
            return true;
        }
    }

    /// <summary>
    /// A guest that powered itself off is meant to stay off. One that was told to, perhaps because the host goes down, keeps
    /// its place at the next boot. QEMU's events tell the one from the other whenever they are read; the unit's job tells it
    /// where the daemon was not there to hear the power button.
    /// </summary>
    private async Task OnPowerOffAsync(VmId id)
    {
        try
        {
            var unit = VmUnit.NameOf(id);
            if (await _systemd.GetStateAsync(unit, CancellationToken.None) is not { HasJob: true } && _links.PoweredOff(id))
            {
                MonitorLog.PoweredOff(_logger, id);
            }
        }
        catch (Exception error) when (error is AetherscaleException or IOException)
        {
            MonitorLog.PowerOffFailed(_logger, error, id);
        }
    }
}

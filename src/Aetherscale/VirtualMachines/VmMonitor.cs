using Aetherscale.Qemu;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Follows one running VM over its QMP socket: connects, remembers what QEMU tells, and connects again when the
/// connection is lost, until the unit is down.
/// </summary>
internal sealed class VmMonitor : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(2);

    /// <summary>For systemd to see that QEMU has ended, and to do what follows from that, before it is asked about it.</summary>
    private static readonly TimeSpan s_pauseAfterEnd = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly VmId _id;
    private readonly string _socket;
    private readonly SocketWatch _sockets;
    private readonly Func<VmId, CancellationToken, Task<bool>> _isUp;
    private readonly Action<VmId> _onConnected;
    private readonly Action<VmId> _onChanged;
    private readonly Func<VmId, Task> _onPowerOff;
    private readonly Action<VmId, QmpTold> _onTold;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly VmPulse _pulse;
    private readonly Task _loop;
    private TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile State _state = new(GuestState.Unknown, null);
    private volatile QmpClient? _client;
    private volatile QmpStory _story = new();

    /// <param name="id">The VM.</param>
    /// <param name="socket">Its <c>qmp.sock</c>.</param>
    /// <param name="sockets">Tells when that socket appears.</param>
    /// <param name="isUp">Whether its unit runs.</param>
    /// <param name="onConnected">Told at each connection.</param>
    /// <param name="onChanged">Told when the guest may be in another state.</param>
    /// <param name="onPowerOff">Told when the guest has shut itself down without having been asked to.</param>
    /// <param name="onTold">Told when the guest is paused, goes on, or is reset.</param>
    /// <param name="time">For the pauses between two tries.</param>
    /// <param name="logger">The monitors'.</param>
    public VmMonitor(
        VmId id,
        string socket,
        SocketWatch sockets,
        Func<VmId, CancellationToken, Task<bool>> isUp,
        Action<VmId> onConnected,
        Action<VmId> onChanged,
        Func<VmId, Task> onPowerOff,
        Action<VmId, QmpTold> onTold,
        TimeProvider time,
        ILogger logger)
    {
        _id = id;
        _socket = socket;
        _sockets = sockets;
        _isUp = isUp;
        _onConnected = onConnected;
        _onChanged = onChanged;
        _onPowerOff = onPowerOff;
        _onTold = onTold;
        _time = time;
        _logger = logger;
        _pulse = new VmPulse(_greeted.Task, time);
        _loop = Task.Run(FollowAsync);
    }

    /// <summary>Done once QEMU takes commands.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>What QEMU last said of the guest, and why it is paused if it is.</summary>
    public (GuestState Guest, string? PauseReason) LastState => (_state.Guest, _state.PauseReason);

    /// <summary>Whether QEMU owes an answer: <see cref="LastState"/> may be out of date.</summary>
    public bool IsSilent => _pulse.IsSilent;

    /// <summary>Whether the guest shut itself down; false also when QEMU told nothing.</summary>
    public bool WasShutDownByGuest => _story.ByGuest;

    /// <summary>What this QEMU, or the last one, told of its guest's end.</summary>
    public QmpStory Story => _story;

    /// <summary>The connection, while there is one.</summary>
    public QmpClient? Client => _client;

    /// <summary>Ends when the unit is down and all that QEMU said has been read.</summary>
    public Task Ended => _loop;

    /// <summary>The unit may be down: the monitor that has lost its connection asks now, and not a moment later.</summary>
    public void LookNow() => Volatile.Read(ref _look).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _loop;
        _disposing.Dispose();
    }

    private async Task FollowAsync()
    {
        var pause = s_firstPause;
        try
        {
            do
            {
                await _sockets.WaitAsync(_id, s_longestPause, _time, _disposing.Token);
                if (await TryFollowConnectionAsync())
                {
                    pause = s_pauseAfterEnd;
                }

                // QEMU has ended and its folder is about to go, or it has made the socket and does not listen yet.
                await PauseAsync(pause);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
            while (await _isUp(_id, _disposing.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        await _look.Task.WaitAsync(pause, _time, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_look.Task.IsCompleted)
        {
            Volatile.Write(ref _look, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        _disposing.Token.ThrowIfCancellationRequested();
    }

    private async Task<bool> TryFollowConnectionAsync()
    {
        try
        {
            await FollowConnectionAsync(_disposing.Token);
            return true;
        }
        catch (Exception error) when (error is QmpException or TimeoutException or InvalidOperationException)
        {
            // Not there yet, hung, or gone: the unit's state tells when to give up.
            MonitorLog.NotConnected(_logger, _id, error.Message);
            return false;
        }
        finally
        {
            _state = new State(GuestState.Unknown, null);
        }
    }

    private async Task FollowConnectionAsync(CancellationToken cancellationToken)
    {
        await using var client = await QmpClient.ConnectAsync(_socket, s_deadline, _time, _logger, cancellationToken);
        _state = StateOf(client.FirstStatus);

        // This may be another QEMU than the last time, after a restart of the unit.
        _story = new QmpStory();
        _client = client;
        _pulse.Beat();
        _greeted.TrySetResult();
        _onConnected(_id);
        TellOfPause();
        try
        {
            await foreach (var happened in client.Events.ReadAllAsync(cancellationToken))
            {
                _pulse.Beat();
                await HandleAsync(client, happened, cancellationToken);
                _onChanged(_id);
            }
        }
        finally
        {
            _client = null;
        }
    }

    private async Task HandleAsync(QmpClient client, QmpEvent happened, CancellationToken cancellationToken)
    {
        switch (happened.Name)
        {
            case "POWERDOWN":
                _story = _story with { PowerButton = true };
                break;
            case "SHUTDOWN":
                _story = _story with { ByGuest = happened.IsTrue("guest"), ShutdownReason = happened.Text("reason") };
                _state = new State(GuestState.ShutDown, null);
                if (_story is { ByGuest: true, PowerButton: false })
                {
                    await _onPowerOff(_id);
                }

                break;
            case "GUEST_PANICKED":
                _story = _story with { Panicked = true };
                break;
            case "BLOCK_IO_ERROR":
                _story = _story with { DiskError = happened.Text("reason") };
                break;
            case "RESET":
                _onTold(_id, new QmpTold(TransitionKind.Rebooted, happened.Text("reason"), _story));
                break;
            case "STOP" or "RESUME":
                await ReadStateAsync(client, cancellationToken);
                TellOfPause();
                break;
        }
    }

    /// <summary>Asks QEMU what state the guest is in, and remembers it, as it does by itself when QEMU tells of a change.</summary>
    public async Task ReadStateAsync(QmpClient client, CancellationToken cancellationToken)
    {
        _state = StateOf(await client.QueryStatusAsync(cancellationToken));
        _pulse.Beat();
    }

    /// <summary>Asks QEMU whether it is there, unless it was heard of a moment ago.</summary>
    /// <returns>Done, and never failed, once that is known or the patience is over.</returns>
    public async Task CheckPulseAsync(TimeSpan patience) => await _pulse
        .Check(() => Client is { } client ? ReadStateAsync(client, _disposing.Token) : Task.CompletedTask, patience)
        .WaitAsync(patience, _time)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void TellOfPause()
    {
        var (guest, reason) = LastState;
        if (guest is GuestState.Paused or GuestState.Running)
        {
            var kind = guest == GuestState.Paused ? TransitionKind.Paused : TransitionKind.Resumed;
            _onTold(_id, new QmpTold(kind, reason, _story));
        }
    }

    private static State StateOf(string status) => status switch
    {
        "running" => new State(GuestState.Running, null),
        "shutdown" => new State(GuestState.ShutDown, null),
        _ => new State(GuestState.Paused, status),
    };

    private sealed record State(GuestState Guest, string? PauseReason);
}

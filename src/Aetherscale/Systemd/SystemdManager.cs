using System.Threading.Channels;
using Aetherscale.Systemd.Bus;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Systemd;

/// <summary>
/// A systemd manager over D-Bus. Calls may come from any thread, many at once. A call waits for a connection and for its
/// reply until the address' deadline, and then fails with <c>systemd-unavailable</c>; so does one that systemd refuses,
/// with its named error as the inner exception (<see cref="SystemdErrors.Is"/>). The connection is made anew when it is
/// lost (<c>daemon-reexec</c>), without an error to the callers.
/// </summary>
internal sealed partial class SystemdManager : IAsyncDisposable
{
    private readonly JobTable _jobs = new();
    private readonly UnitSignals _signals;
    private readonly Channel<Action> _events = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly ILogger<SystemdManager> _logger;
    private readonly Task _eventPump;
    private readonly BusThread _bus;
    private bool _wasConnected;

    /// <summary>Starts to connect at once; whether anything answers shows in the first call.</summary>
    public SystemdManager(SystemdAddress address, ILogger<SystemdManager> logger, TimeProvider time)
    {
        _logger = logger;
        Scope = address.Scope;
        _signals = new UnitSignals(address.WatchedPrefixes);
        _eventPump = PumpEventsAsync();
        _bus = new BusThread(address, OnConnected, OnSignal, logger, time);
        _bus.Start();
    }

    /// <summary>Whose manager it is.</summary>
    public SystemdScope Scope { get; }

    /// <summary>A watched unit has changed. Raised in order, one at a time, on a pool thread.</summary>
    public event Action<UnitChange>? UnitChanged;

    /// <summary>A lost connection is back, changes may have been missed: list again. Raised like <see cref="UnitChanged"/>.</summary>
    public event Action? Reconnected;

    /// <summary>Starts a unit and waits for the job's end (for most types: until the service is up). Conflicting jobs give way.</summary>
    public Task<JobResult> StartUnitAsync(string unit, CancellationToken cancellationToken) =>
        RunJobAsync(JobCall.Start, unit, cancellationToken);

    /// <summary>Stops a unit and waits until it is down.</summary>
    public Task<JobResult> StopUnitAsync(string unit, CancellationToken cancellationToken) =>
        RunJobAsync(JobCall.Stop, unit, cancellationToken);

    /// <summary>The same, and tells when systemd has taken the job on: it is then carried out even if we are gone.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="onQueued">Called on the bus thread: it must not block.</param>
    /// <param name="cancellationToken">Ends the wait, not the job.</param>
    public Task<JobResult> StopUnitAsync(string unit, Action onQueued, CancellationToken cancellationToken) =>
        RunJobAsync(JobCall.Stop, unit, cancellationToken, onQueued);

    /// <summary>Stops and starts a unit, or just starts it, and waits until it is up.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="onQueued">Called on the bus thread when systemd has taken the job on: it must not block.</param>
    /// <param name="cancellationToken">Ends the wait, not the job.</param>
    public Task<JobResult> RestartUnitAsync(string unit, Action onQueued, CancellationToken cancellationToken) =>
        RunJobAsync(JobCall.Restart, unit, cancellationToken, onQueued);

    /// <summary>Sends a signal to the unit's processes.</summary>
    /// <exception cref="AetherscaleException">Among others: none of them runs (<see cref="SystemdErrors.NoSuchProcess"/>).</exception>
    public Task KillUnitAsync(string unit, KillWho who, int signal, CancellationToken cancellationToken) =>
        CallAsync(
            new BusCall<bool>(BusCall.ManagerPath, BusCall.Manager, "KillUnit", static _ => true)
            {
                Subject = unit,
                MayRepeat = false,
                Write = message =>
                {
                    message.AppendString(unit);
                    message.AppendString(who switch
                    {
                        KillWho.Main => "main",
                        KillWho.Control => "control",
                        _ => "all",
                    });
                    message.AppendInt32(signal);
                },
            },
            cancellationToken);

    /// <summary>Forgets the failures of a unit and its count of starts. A unit that is not loaded has none.</summary>
    public Task ResetFailedAsync(string unit, CancellationToken cancellationToken) =>
        CallAsync(About("ResetFailedUnit", unit, static _ => true), cancellationToken);

    /// <summary>Makes systemd read all unit files again: needed when a loaded unit's file has changed, and slow.</summary>
    public Task ReloadAsync(CancellationToken cancellationToken) => CallAsync(
        new BusCall<bool>(BusCall.ManagerPath, BusCall.Manager, "Reload", static _ => true), cancellationToken);

    /// <summary>systemd's own version, such as <c>252.39-1~deb12u2</c>.</summary>
    public async Task<string> GetVersionAsync(CancellationToken cancellationToken) =>
        await CallAsync(
            new BusCall<string>(BusCall.ManagerPath, BusCall.Properties, "Get", static reply =>
            {
                reply.TryEnter('v', "s");
                return reply.ReadString();
            })
            {
                Write = static message =>
                {
                    message.AppendString(BusCall.Manager);
                    message.AppendString("Version");
                },
            },
            cancellationToken) ?? "";

    /// <summary>The loaded units whose names match a pattern of fnmatch(3). Running, failed and enabled units are loaded.</summary>
    public async Task<IReadOnlyList<UnitListing>> ListUnitsAsync(string pattern, CancellationToken cancellationToken) =>
        await CallAsync(
            new BusCall<IReadOnlyList<UnitListing>>(
                BusCall.ManagerPath, BusCall.Manager, "ListUnitsByPatterns", UnitListing.ReadAll)
            {
                Write = message =>
                {
                    message.AppendStrings();
                    message.AppendStrings(pattern);
                },
            },
            cancellationToken) ?? [];

    /// <summary>What state a unit is in; null when systemd has not loaded it.</summary>
    public Task<UnitState?> GetStateAsync(string unit, CancellationToken cancellationToken) =>
        ReadAsync(unit, UnitState.ReadStateFrom, cancellationToken);

    /// <summary>All that systemd knows about a service; null when it has not loaded it.</summary>
    public Task<UnitProperties?> GetUnitAsync(string unit, CancellationToken cancellationToken) =>
        ReadAsync(unit, UnitProperties.ReadFrom, cancellationToken);

    /// <summary>Closes the connection; calls and jobs that are still awaited fail. Events under way are delivered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        _jobs.FailAll(new AetherscaleException(SystemdUnavailable, "aetherscale is shutting down."));
        _events.Writer.TryComplete();
        await _eventPump;
    }

    private async Task<T?> ReadAsync<T>(string unit, Func<string, string, BusCall<T>> readFrom, CancellationToken cancellationToken)
        where T : UnitState
    {
        var path = await CallAsync(About("GetUnit", unit, static reply => reply.ReadObjectPath()), cancellationToken);
        return path is null ? null : await CallAsync(readFrom(path, unit), cancellationToken);
    }

    /// <summary>A question about a unit that need not be loaded.</summary>
    private static BusCall<T> About<T>(string member, string unit, Func<BusMessage, T> read) =>
        new(BusCall.ManagerPath, BusCall.Manager, member, read)
        {
            Subject = unit,
            MayBeNoUnit = true,
            Write = message => message.AppendString(unit),
        };

    private Task<T?> CallAsync<T>(BusCall<T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _bus.Post(call);
        return call.WaitAsync(cancellationToken);
    }

    private Task<JobResult> RunJobAsync(
        string verb, string unit, CancellationToken cancellationToken, Action? onQueued = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = JobCall.To(verb, unit, _jobs, onQueued);
        _bus.Post(call);
        return call.WaitAsync(cancellationToken);
    }

    private void OnConnected()
    {
        if (_wasConnected)
        {
            _jobs.Settle(_bus);
            _events.Writer.TryWrite(() => Reconnected?.Invoke());
        }

        _wasConnected = true;
    }

    private void OnSignal(BusMessage signal)
    {
        switch (signal.Interface, signal.Member)
        {
            case (BusCall.Manager, "JobRemoved"):
                _jobs.Removed(signal);
                break;
            case (BusCall.Properties, "PropertiesChanged") when _signals.Read(signal) is { } change:
                _events.Writer.TryWrite(() => UnitChanged?.Invoke(change));
                break;
        }
    }

    private async Task PumpEventsAsync()
    {
        await foreach (var raise in _events.Reader.ReadAllAsync())
        {
            try
            {
                raise();
            }
#pragma warning disable CA1031 // A subscriber's fault must not silence the events that follow.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogSubscriberFailed(error);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A subscriber to systemd's events failed.")]
    private partial void LogSubscriberFailed(Exception error);
}

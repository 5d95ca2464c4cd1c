using System.Diagnostics;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Systemd.Bus;

/// <summary>
/// The one thread that owns the connection to systemd. Callers post calls from any thread; many may be under way at once.
/// While there is no connection the calls wait, each until its deadline. The thread sleeps in poll(2) and nowhere else.
/// </summary>
internal sealed partial class BusThread : IAsyncDisposable
{
    private const int MessagesPerRound = 64;

    private readonly Lock _gate = new();
    private readonly Queue<BusCall> _posted = [];
    private readonly WakeUp _wakeUp = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CallBook _calls;
    private readonly BusLink _link;
    private readonly SystemdAddress _address;
    private readonly Action _onConnected;
    private readonly Action<BusMessage> _onSignal;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private bool _stopping;

    /// <param name="address">Where systemd is, and how long a reply may take.</param>
    /// <param name="onConnected">Called on the thread when systemd answers, for the first time or again; must not block.</param>
    /// <param name="onSignal">Called on the thread for each signal, which it only borrows; must not block.</param>
    /// <param name="logger">Hears of lost connections.</param>
    /// <param name="time">Measures deadlines and pauses.</param>
    public BusThread(
        SystemdAddress address, Action onConnected, Action<BusMessage> onSignal, ILogger logger, TimeProvider time)
    {
        _address = address;
        _onConnected = onConnected;
        _onSignal = onSignal;
        _logger = logger;
        _time = time;
        _calls = new CallBook(address);
        _link = new BusLink(address.BusAddresses, time);
    }

    /// <summary>Starts the thread, which connects at once.</summary>
    public void Start() => new Thread(Run) { Name = "systemd-bus", IsBackground = true }.Start();

    /// <summary>Hands a call to the thread; its deadline runs from now.</summary>
    public void Post(BusCall call)
    {
        call.Deadline = _time.GetTimestamp() + (long)(_address.CallDeadline.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            if (!_stopping)
            {
                _posted.Enqueue(call);
                _wakeUp.Signal();
                return;
            }
        }

        call.Fail(Stopped());
    }

    /// <summary>Ends the thread, which must have been started; whoever still waits gets an error.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _wakeUp.Signal();
            }
        }

        await _ended.Task;
        _link.Dispose();
        _wakeUp.Dispose();
    }

    private static AetherscaleException Stopped() => new(SystemdUnavailable, "aetherscale is shutting down.");

    private void Run()
    {
        while (TakePosted())
        {
            try
            {
                Step();
            }
#pragma warning disable CA1031 // Whatever goes wrong on this thread ends the connection, never the daemon.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Lose(error);
            }
        }

        _calls.Fail(Stopped);
        _ended.SetResult();
    }

    private bool TakePosted()
    {
        lock (_gate)
        {
            while (_posted.TryDequeue(out var call))
            {
                _calls.Add(call);
            }

            return !_stopping;
        }
    }

    private void Step()
    {
        _calls.Expire(_time.GetTimestamp(), _link.Connection is not null);
        _link.Connect();
        for (var i = 0; i < MessagesPerRound && _link.Connection?.TryReceive(out var received) == true; i++)
        {
            if (received is { } message)
            {
                using (message)
                {
                    Handle(message);
                }
            }
        }

        // After the receiving, which may have made the link ready, and before the sleep.
        if (_link is { IsReady: true, Connection: { } connection })
        {
            _calls.SendWaiting(connection);
        }

        var (descriptor, events) = _link.Connection?.Interest ?? (-1, 0);
        _wakeUp.Wait(descriptor, events, MillisecondsToSleep());
    }

    private void Handle(BusMessage message)
    {
        switch (message.Type)
        {
            case SdBus.MethodReturn or SdBus.MethodError:
                HandleReply(message);
                break;
            case SdBus.Signal when BusLink.IsGoodbye(message):
                throw new BusException("systemd closed the connection", 0);
            case SdBus.Signal:
                _onSignal(message);
                break;
        }
    }

    private void HandleReply(BusMessage message)
    {
        if (_link.TakeSetupReply(message.ReplyCookie, message.Error))
        {
            if (_link.IsReady)
            {
                _onConnected();
            }
        }
        else
        {
            _calls.Complete(message);
        }
    }

    private void Lose(Exception error)
    {
        if (_link.IsReady)
        {
            LogLost(error.Message);
        }
        else
        {
            LogUnreachable(error.Message);
        }

        _link.Drop();
        _calls.Lose();
    }

    private int MillisecondsToSleep()
    {
        var sleep = TimeSpan.MaxValue;
        if (_calls.NextDeadline != long.MaxValue)
        {
            sleep = _time.GetElapsedTime(_time.GetTimestamp(), _calls.NextDeadline);
        }

        if (_link.Pause is { } pause && pause < sleep)
        {
            sleep = pause;
        }

        // sd-bus and Stopwatch both read CLOCK_MONOTONIC.
        if (_link.Connection?.WakeUpTime is { } wakeUp
            && TimeSpan.FromMicroseconds((long)wakeUp) - Stopwatch.GetElapsedTime(0) is var due && due < sleep)
        {
            sleep = due;
        }

        return sleep == TimeSpan.MaxValue
            ? -1
            : (int)double.Clamp(double.Ceiling(sleep.TotalMilliseconds), 0, int.MaxValue);
    }

    [LoggerMessage(LogLevel.Warning, "The connection to systemd is lost ({Reason}); connecting again.")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Debug, "systemd does not answer ({Reason}).")]
    private partial void LogUnreachable(string reason);
}

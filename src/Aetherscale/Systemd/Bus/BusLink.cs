namespace Aetherscale.Systemd.Bus;

/// <summary>
/// Keeps one connection to systemd: tries the addresses in turn, subscribes to the signals, and backs off while none
/// answers. The bus thread owns it.
/// </summary>
internal sealed class BusLink(IReadOnlyList<BusAddress> addresses, TimeProvider time) : IDisposable
{
    public const string Systemd = "org.freedesktop.systemd1";

    private const string DBus = "org.freedesktop.DBus";
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    // A message bus passes on what was asked for; systemd's own socket sends every signal anyway.
    private static readonly string[] s_matches =
    [
        $"type='signal',sender='{Systemd}',interface='{BusCall.Manager}',member='JobRemoved'",
        $"type='signal',sender='{Systemd}',interface='{BusCall.Properties}',path_namespace='/org/freedesktop/systemd1/unit'",
        $"type='signal',sender='{DBus}',interface='{DBus}',member='NameOwnerChanged',arg0='{Systemd}'",
    ];

    private readonly HashSet<ulong> _setup = [];
    private int _address;
    private TimeSpan _pause = s_firstPause;
    private long _retryAt;

    /// <summary>Null while there is none, not even one that is greeting.</summary>
    public BusConnection? Connection { get; private set; }

    /// <summary>True once systemd has answered on this connection and will send its signals.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Time until <see cref="Connect"/> will do something; null while there is a connection.</summary>
    public TimeSpan? Pause => Connection is null ? time.GetElapsedTime(time.GetTimestamp(), _retryAt) : null;

    /// <summary>Begins a connection when one is due.</summary>
    /// <exception cref="BusException">Nothing answers at this address; the next is tried next time.</exception>
    public void Connect()
    {
        if (Connection is not null || time.GetTimestamp() < _retryAt)
        {
            return;
        }

        var address = addresses[_address];
        Connection = BusConnection.Open(address);
        foreach (var match in address.IsMessageBus ? s_matches : [])
        {
            _setup.Add(Connection.Send(DBus, "/org/freedesktop/DBus", DBus, "AddMatch", m => m.AppendString(match)));
        }

        _setup.Add(Connection.Send(Systemd, BusCall.ManagerPath, BusCall.Manager, "Subscribe", static _ => { }));
    }

    /// <summary>True when this was the reply to one of our subscriptions; the last one makes the link ready.</summary>
    public bool TakeSetupReply(ulong cookie, BusErrorException? error)
    {
        if (!_setup.Remove(cookie))
        {
            return false;
        }

        if (error is not null)
        {
            throw error;
        }

        if (_setup.Count == 0)
        {
            IsReady = true;
            _pause = s_firstPause;
        }

        return true;
    }

    /// <summary>True for the signals after which this connection is of no use: it closed, or systemd left the bus.</summary>
    public static bool IsGoodbye(BusMessage signal) =>
        (signal.Interface, signal.Member) is ("org.freedesktop.DBus.Local", "Disconnected") or (DBus, "NameOwnerChanged");

    /// <summary>Drops the connection. The other address is tried at once, a second round only after a pause.</summary>
    public void Drop()
    {
        Connection?.Dispose();
        Connection = null;
        _setup.Clear();

        // After a good connection the order of preference holds again.
        _address = IsReady ? 0 : (_address + 1) % addresses.Count;
        IsReady = false;
        if (_address == 0)
        {
            _retryAt = time.GetTimestamp() + (long)(_pause.TotalSeconds * time.TimestampFrequency);
            _pause = _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
        }
    }

    public void Dispose() => Connection?.Dispose();
}

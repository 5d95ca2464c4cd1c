namespace Aetherscale.Systemd.Bus;

/// <summary>
/// The calls that are under way: those that wait for a connection, and those that were sent and wait for their reply. Used
/// by the bus thread alone.
/// </summary>
internal sealed class CallBook(SystemdAddress address)
{
    private readonly Dictionary<ulong, BusCall> _sent = [];
    private List<BusCall> _waiting = [];

    /// <summary>When the next call is too late, as a <see cref="TimeProvider"/> timestamp; none when there is no call.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Takes a call that has its deadline.</summary>
    public void Add(BusCall call)
    {
        _waiting.Add(call);
        NextDeadline = long.Min(NextDeadline, call.Deadline);
    }

    /// <summary>Sends what waits.</summary>
    /// <exception cref="BusException">The connection broke; what was not sent goes on waiting.</exception>
    public void SendWaiting(BusConnection connection)
    {
        var calls = _waiting;
        _waiting = [];
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
            try
            {
                if (!call.IsSettled)
                {
                    _sent.Add(connection.Send(BusLink.Systemd, call.Path, call.Interface, call.Member, call.Write), call);
                }
            }
            catch (ArgumentException error)
            {
                call.Fail(error);
            }
            catch (BusException)
            {
                _waiting = calls[i..];
                throw;
            }
        }
    }

    /// <summary>Gives the reply to the call that it belongs to, if that still waits.</summary>
    public void Complete(BusMessage reply)
    {
        if (!_sent.Remove(reply.ReplyCookie, out var call))
        {
            return;
        }

        try
        {
            if (reply.Error is { } error)
            {
                call.Fail(BusFailure.Refused(call, error, address.Scope));
            }
            else
            {
                call.Complete(reply);
            }
        }
        catch (BusException error)
        {
            call.Fail(error);
        }
    }

    /// <summary>The connection is lost: what may be sent again waits for the next one, the rest fails.</summary>
    public void Lose()
    {
        foreach (var call in _sent.Values)
        {
            if (call.MayRepeat)
            {
                _waiting.Add(call);
            }
            else
            {
                call.Fail(BusFailure.LostInBetween(call));
            }
        }

        _sent.Clear();
    }

    /// <summary>Fails the calls that are too late.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="isConnected">Whether there was anyone to answer.</param>
    public void Expire(long now, bool isConnected)
    {
        if (now < NextDeadline)
        {
            return;
        }

        foreach (var (cookie, call) in _sent.Where(entry => entry.Value.Deadline <= now).ToList())
        {
            _sent.Remove(cookie);
            call.Fail(BusFailure.TimedOut(call, address));
        }

        foreach (var call in _waiting.Where(call => call.Deadline <= now))
        {
            call.Fail(isConnected ? BusFailure.TimedOut(call, address) : BusFailure.Unreachable(address));
        }

        _waiting.RemoveAll(call => call.Deadline <= now);
        NextDeadline = _sent.Values.Concat(_waiting).Select(call => call.Deadline).DefaultIfEmpty(long.MaxValue).Min();
    }

    /// <summary>Fails them all.</summary>
    public void Fail(Func<Exception> error)
    {
        foreach (var call in _sent.Values.Concat(_waiting))
        {
            call.Fail(error());
        }
    }
}

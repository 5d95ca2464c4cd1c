namespace Aetherscale.Messaging;

/// <summary>The session of the moment, for whoever has something to send.</summary>
internal sealed class Sessions
{
    private readonly Lock _gate = new();
    private Session? _current;
    private TaskCompletionSource _changed = NewSource();

    /// <summary>The one that is open; null when there is none.</summary>
    public Session? Current
    {
        get
        {
            lock (_gate)
            {
                return _current is { IsOpen: true } ? _current : null;
            }
        }
    }

    /// <summary>From now on, this one.</summary>
    public void Set(Session session)
    {
        lock (_gate)
        {
            _current = session;
            _changed.SetResult();
            _changed = NewSource();
        }
    }

    /// <summary>An open session, the next one if there is none now.</summary>
    public async Task<Session> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current is { IsOpen: true } session)
                {
                    return session;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

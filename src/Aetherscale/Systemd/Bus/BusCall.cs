namespace Aetherscale.Systemd.Bus;

/// <summary>
/// One method call on its way. It is made and awaited by any thread; written, completed and failed by the bus thread.
/// </summary>
internal abstract class BusCall(string path, string interfaceName, string member)
{
    public const string Manager = "org.freedesktop.systemd1.Manager";
    public const string ManagerPath = "/org/freedesktop/systemd1";
    public const string Properties = "org.freedesktop.DBus.Properties";

    public string Path { get; } = path;

    public string Interface { get; } = interfaceName;

    public string Member { get; } = member;

    /// <summary>What the call is about, for messages: mostly a unit's name.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Appends the arguments.</summary>
    public Action<BusMessage> Write { get; init; } = static _ => { };

    /// <summary>False when sending it a second time, after a connection was lost before the reply, could do harm.</summary>
    public bool MayRepeat { get; init; } = true;

    /// <summary>When the reply is due (a timestamp of the bus thread's clock).</summary>
    public long Deadline { get; set; }

    /// <summary>True once nobody waits for the reply any more.</summary>
    public abstract bool IsSettled { get; }

    /// <summary>Takes the reply, which is no error.</summary>
    public abstract void Complete(BusMessage reply);

    public abstract void Fail(Exception error);
}

/// <summary>A method call whose answer is in its reply.</summary>
internal sealed class BusCall<T>(string path, string interfaceName, string member, Func<BusMessage, T> read)
    : BusCall(path, interfaceName, member)
{
    private readonly TaskCompletionSource<T?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True when "no such unit" is an answer like any other, the default value: exceptions are slow.</summary>
    public bool MayBeNoUnit { get; init; }

    public override bool IsSettled => _result.Task.IsCompleted;

    public override void Complete(BusMessage reply) => _result.TrySetResult(read(reply));

    public override void Fail(Exception error)
    {
        if (MayBeNoUnit && error is AetherscaleException known && known.Is(SystemdErrors.NoSuchUnit))
        {
            _result.TrySetResult(default);
        }
        else
        {
            _result.TrySetException(error);
        }
    }

    /// <summary>The answer. A cancelled call that was sent already still takes effect.</summary>
    public async Task<T?> WaitAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (call, token) => ((BusCall<T>)call!)._result.TrySetCanceled(token), this);
        return await _result.Task;
    }
}

using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>Who waits for which reply. After <see cref="Close"/> nobody does, and nobody can begin to.</summary>
internal sealed class QmpWaiters
{
    /// <summary>The id of the negotiation, before any command.</summary>
    public const long NegotiationId = 0;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<JsonElement>> _waiting = [];
    private long _lastId = NegotiationId;
    private string? _closed;

    /// <summary>A new id, and the task that its reply completes.</summary>
    /// <exception cref="QmpException">The connection is gone.</exception>
    public (long Id, Task<JsonElement> Reply) Add()
    {
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed is not null)
            {
                throw new QmpException(_closed);
            }

            _waiting.Add(++_lastId, reply);
            return (_lastId, reply.Task);
        }
    }

    /// <summary>Hands a result to who waits for it.</summary>
    /// <exception cref="QmpException">No command had this id. One whose waiter gave up is no error.</exception>
    public void Complete(long id, JsonElement result) => Take(id)?.TrySetResult(result);

    /// <summary>Hands an error to who waits for the reply.</summary>
    /// <exception cref="QmpException">No command had this id.</exception>
    public void Fail(long id, QmpException error) => Take(id)?.TrySetException(error);

    /// <summary>Forgets a waiter; a late reply to it is dropped.</summary>
    public void Remove(long id)
    {
        lock (_gate)
        {
            _waiting.Remove(id);
        }
    }

    /// <summary>Fails all who wait and all who will. Only the first reason counts.</summary>
    public void Close(string reason)
    {
        TaskCompletionSource<JsonElement>[] waiting;
        lock (_gate)
        {
            _closed ??= reason;
            waiting = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (var reply in waiting)
        {
            reply.TrySetException(new QmpException(reason));
        }
    }

    private TaskCompletionSource<JsonElement>? Take(long id)
    {
        lock (_gate)
        {
            if (id <= NegotiationId || id > _lastId)
            {
                throw new QmpException("QEMU answered a command that was never sent");
            }

            _waiting.Remove(id, out var reply);
            return reply;
        }
    }
}

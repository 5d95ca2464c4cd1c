namespace Aetherscale.Images;

/// <summary>
/// Keeps the removal of an image apart from those who are about to use one: any number of users at a time, or one remover. Users
/// are not held up by a remover that still waits for others.
/// </summary>
internal sealed class ImageGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _free;
    private int _users;
    private bool _isRemoving;

    /// <summary>Enters as a user. An image that is resolved in here stays until the holder is disposed.</summary>
    public Task<IDisposable> UseAsync(CancellationToken cancellation) => EnterAsync(
        () => !_isRemoving, () => _users++, () => _users--, cancellation);

    /// <summary>Enters as the remover, alone.</summary>
    public Task<IDisposable> RemoveAsync(CancellationToken cancellation) => EnterAsync(
        () => !_isRemoving && _users == 0, () => _isRemoving = true, () => _isRemoving = false, cancellation);

    private async Task<IDisposable> EnterAsync(Func<bool> mayEnter, Action enter, Action leave, CancellationToken cancellation)
    {
        while (true)
        {
            Task free;
            lock (_gate)
            {
                if (mayEnter())
                {
                    enter();
                    return new Holder(this, leave);
                }

                _free ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                free = _free.Task;
            }

            await free.WaitAsync(cancellation);
        }
    }

    private void Leave(Action leave)
    {
        lock (_gate)
        {
            leave();
            _free?.SetResult();
            _free = null;
        }
    }

    private sealed class Holder(ImageGate gate, Action leave) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                gate.Leave(leave);
            }
        }
    }
}

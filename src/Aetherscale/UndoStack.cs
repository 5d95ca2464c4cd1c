namespace Aetherscale;

/// <summary>
/// What to take back, newest first, if a command fails half-way. Each step that changes the host pushes its undo;
/// <see cref="Commit"/> forgets them all. An undo never uses the cancelled token of the command it undoes.
/// </summary>
internal sealed class UndoStack(ILogger logger) : IAsyncDisposable
{
    private readonly Stack<Func<Task>> _steps = new();

    public void Push(Action step) => _steps.Push(() =>
    {
        step();
        return Task.CompletedTask;
    });

    public void Push(Func<Task> step) => _steps.Push(step);

    public void Commit() => _steps.Clear();

    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step();
            }
#pragma warning disable CA1031 // The steps below must still be undone, and the first failure must reach the requester.
            catch (Exception error)
#pragma warning restore CA1031
            {
                UndoLog.StepFailed(logger, error);
            }
        }
    }
}

internal static partial class UndoLog
{
    [LoggerMessage(LogLevel.Error, "A step could not be undone")]
    public static partial void StepFailed(ILogger logger, Exception error);
}

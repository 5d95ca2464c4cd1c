using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests;

public sealed class UndoStackTests
{
    private readonly List<string> _done = [];

    [Fact]
    public async Task Steps_are_undone_newest_first()
    {
        await using (var undo = new UndoStack(NullLogger.Instance))
        {
            undo.Push(() => _done.Add("first"));
            undo.Push(async () =>
            {
                await Task.Yield();
                _done.Add("second");
            });
        }

        Assert.Equal(["second", "first"], _done);
    }

    [Fact]
    public async Task What_is_committed_stays()
    {
        await using (var undo = new UndoStack(NullLogger.Instance))
        {
            undo.Push(() => _done.Add("first"));
            undo.Commit();
        }

        Assert.Empty(_done);
    }

    [Fact]
    public async Task A_step_that_fails_does_not_keep_the_others_from_being_undone()
    {
        await using (var undo = new UndoStack(NullLogger.Instance))
        {
            undo.Push(() => _done.Add("first"));
            undo.Push((Action)(() => throw new IOException("no")));
        }

        Assert.Equal(["first"], _done);
    }
}

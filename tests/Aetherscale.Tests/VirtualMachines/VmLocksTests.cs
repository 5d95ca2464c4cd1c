using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmLocksTests
{
    private readonly VmLocks _locks = new();

    [Fact]
    public async Task Turns_are_taken_in_the_order_in_which_they_were_asked_for()
    {
        var id = VmId.New();
        var order = new List<int>();
        var first = await _locks.AcquireAsync(id, TestContext.Current.CancellationToken);
        var others = Enumerable.Range(1, 50).Select(async number =>
        {
            using var turn = await _locks.AcquireAsync(id, TestContext.Current.CancellationToken);
            order.Add(number);
            await Task.Yield();
        }).ToList();

        first.Dispose();
        await Task.WhenAll(others);

        Assert.Equal(Enumerable.Range(1, 50), order);
    }

    [Fact]
    public async Task Different_VMs_do_not_wait_for_each_other()
    {
        using var one = await _locks.AcquireAsync(VmId.New(), TestContext.Current.CancellationToken);
        var other = _locks.AcquireAsync(VmId.New(), TestContext.Current.CancellationToken);

        Assert.True(other.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_gives_up_does_not_hold_up_the_next()
    {
        var id = VmId.New();
        var first = await _locks.AcquireAsync(id, TestContext.Current.CancellationToken);
        using var impatience = new CancellationTokenSource();
        var second = _locks.AcquireAsync(id, impatience.Token);
        var third = _locks.AcquireAsync(id, TestContext.Current.CancellationToken);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        first.Dispose();

        (await third).Dispose();
    }
}

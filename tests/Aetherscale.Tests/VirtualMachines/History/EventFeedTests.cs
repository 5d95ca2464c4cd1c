using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

public sealed class EventFeedTests
{
    private readonly EventFeed _feed = new();
    private readonly VmId _one = VmId.New();
    private readonly VmId _other = VmId.New();

    [Fact]
    public void Each_listener_hears_all_in_order_or_one_vms()
    {
        using var all = _feed.Listen(null);
        using var ones = _feed.Listen(_one);

        Publish(_one, 1);
        Publish(_other, 2);
        Publish(_one, 3);

        Assert.Equal([1, 2, 3], Read(all));
        Assert.Equal([1, 3], Read(ones));
    }

    [Fact]
    public void One_who_is_too_slow_is_told_so_and_gets_nothing_more()
    {
        using var slow = _feed.Listen(null);
        using var quick = _feed.Listen(null);
        for (var time = 0; time < Listener.Kept; time++)
        {
            Publish(_one, time);
            Read(quick);
        }

        Assert.False(slow.Overrun.IsCancellationRequested);
        Publish(_one, 1000);
        Publish(_one, 1001);

        Assert.True(slow.Overrun.IsCancellationRequested);
        Assert.Equal(Enumerable.Range(0, Listener.Kept), Read(slow));
        Assert.True(slow.Events.Completion.IsCompleted);
        Assert.Equal([1000, 1001], Read(quick));
    }

    [Fact]
    public void One_who_has_left_hears_nothing()
    {
        var listener = _feed.Listen(null);
        listener.Dispose();

        Publish(_one, 1);

        Assert.Empty(Read(listener));
    }

    private void Publish(VmId vm, int number) => _feed.Publish(new VmEvent(vm, null, new VmTransition
    {
        Time = DateTimeOffset.UnixEpoch,
        Event = TransitionKind.Rebooted,
        Status = VmState.Running,
        Cause = TransitionCause.Guest,
        Text = "",
        Times = number,
    }));

    private static List<int> Read(Listener<VmEvent> listener)
    {
        var numbers = new List<int>();
        while (listener.Events.TryRead(out var happened))
        {
            numbers.Add(happened.Transition.Times!.Value);
        }

        return numbers;
    }
}

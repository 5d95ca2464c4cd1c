using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class KillRequestsTests
{
    private readonly KillRequests _kills = new();
    private readonly VmId _id = VmId.New();

    [Fact]
    public void A_stop_under_way_hears_of_a_kill()
    {
        using var stop = _kills.Watch(_id, out var announced);
        Assert.False(announced.IsCompleted);

        using var kill = _kills.Announce(_id);

        Assert.True(announced.IsCompleted);
    }

    [Fact]
    public void A_stop_that_begins_while_a_kill_waits_hears_of_it_at_once()
    {
        using var kill = _kills.Announce(_id);
        using var stop = _kills.Watch(_id, out var announced);

        Assert.True(announced.IsCompleted);
    }

    [Fact]
    public void A_kill_that_is_over_does_not_hurt_the_next_stop()
    {
        using var first = _kills.Watch(_id, out _);
        _kills.Announce(_id).Dispose();

        using var second = _kills.Watch(_id, out var announced);

        Assert.False(announced.IsCompleted);
    }

    [Fact]
    public void A_kill_of_another_VM_is_none()
    {
        using var kill = _kills.Announce(VmId.New());
        using var stop = _kills.Watch(_id, out var announced);

        Assert.False(announced.IsCompleted);
    }

    [Fact]
    public void A_kill_whose_work_a_stop_has_done_knows_it_and_the_next_kill_does_not()
    {
        using (_kills.Watch(_id, out _))
        {
            using var kill = _kills.Announce(_id);
            Assert.False(kill.IsDone);

            _kills.Done(_id);

            Assert.True(kill.IsDone);
        }

        using var next = _kills.Announce(_id);
        Assert.False(next.IsDone);
    }
}

using Aetherscale.Systemd;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

public sealed class VmAsksTests
{
    private readonly VmAsks _asks = new();
    private readonly VmAsk _start = new(AskKind.Start, null);
    private readonly VmAsk _stop = new(AskKind.Stop, null);
    private readonly VmAsk _kill = new(AskKind.Kill, null);

    [Fact]
    public void An_end_answers_all_that_asked_for_one_and_no_start()
    {
        _asks.Add(_stop);
        _asks.Add(_kill);
        _asks.Add(_start);

        Assert.Equal([_stop, _kill, _start], _asks.At(UnitActiveState.Inactive));
        Assert.Equal([_start], _asks.At(UnitActiveState.Active));
        Assert.Empty(_asks.At(UnitActiveState.Active));
    }

    [Fact]
    public void What_comes_between_answers_nothing()
    {
        _asks.Add(_stop);

        Assert.Equal([_stop], _asks.At(UnitActiveState.Deactivating));
        Assert.Equal([_stop], _asks.At(UnitActiveState.Activating));
        Assert.Equal([_stop], _asks.At(UnitActiveState.Failed));
        Assert.Equal([_stop], _asks.At(UnitActiveState.Inactive));
        Assert.Empty(_asks.At(UnitActiveState.Inactive));
    }

    [Fact]
    public void What_is_asked_again_before_its_answer_counts_once_and_after_it_anew()
    {
        _asks.Add(_kill);
        _asks.Add(_kill);
        Assert.Equal([_kill], _asks.At(UnitActiveState.Inactive));

        _asks.Add(_kill);
        Assert.Equal([_kill], _asks.At(UnitActiveState.Inactive));
    }

    [Fact]
    public void What_nothing_came_of_is_not_taken_for_something_else()
    {
        _asks.Add(_stop);
        _asks.Withdraw(_stop);

        Assert.Empty(_asks.At(UnitActiveState.Inactive));
    }

    [Fact]
    public void A_stop_that_wakes_a_paused_guest_is_still_to_come()
    {
        _asks.Add(_stop);

        Assert.Equal(_stop, _asks.Take(TransitionKind.Resumed));
        Assert.Equal([_stop], _asks.At(UnitActiveState.Inactive));
    }

    [Fact]
    public void A_start_that_wakes_a_paused_guest_is_answered_by_that()
    {
        _asks.Add(_start);

        Assert.Equal(_start, _asks.Take(TransitionKind.Resumed));
        Assert.Empty(_asks.At(UnitActiveState.Active));
    }
}

using Aetherscale.Messaging;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Messaging;

public sealed class BackOffTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly BackOff _backOff;

    public BackOffTests() => _backOff = new BackOff(ways: 1, _time);

    [Fact]
    public void Waits_double_up_to_ten_seconds()
    {
        foreach (var seconds in new[] { 0.25, 0.5, 1, 2, 4, 8, 10, 10 })
        {
            Assert.InRange(_backOff.Next().TotalSeconds, seconds * 0.79, Math.Min(10, seconds * 1.21));
        }
    }

    [Fact]
    public void A_success_begins_anew()
    {
        Fail(times: 6);
        _backOff.Succeeded();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.InRange(_backOff.Next().TotalSeconds, 0.19, 0.31);
    }

    [Fact]
    public void What_worked_for_a_moment_only_did_not_work()
    {
        Fail(times: 6);
        _backOff.Succeeded();

        Assert.InRange(_backOff.Next().TotalSeconds, 7, 10);
    }

    [Fact]
    public void All_ways_are_tried_before_it_waits_whichever_worked_last()
    {
        var backOff = new BackOff(ways: 3, _time);
        Assert.Equal(0, backOff.Next().TotalSeconds);
        backOff.Succeeded();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([true, true, false, true, true, false], Enumerable.Range(0, 6).Select(_ => backOff.Next() == TimeSpan.Zero));
        Assert.NotEqual(0, backOff.Next(isSameWay: true).TotalSeconds);
    }

    [Fact]
    public void Ways_that_work_for_a_moment_only_have_it_wait()
    {
        var backOff = new BackOff(ways: 2, _time);
        backOff.Succeeded();
        Assert.Equal(0, backOff.Next().TotalSeconds);
        backOff.Succeeded();
        Assert.InRange(backOff.Next().TotalSeconds, 0.19, 0.31);
    }

    private void Fail(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _backOff.Next();
        }
    }
}

using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmPulseTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _greeted = new();
    private readonly VmPulse _pulse;
    private TaskCompletionSource _answer = new();
    private int _asked;

    public VmPulseTests() => _pulse = new VmPulse(_greeted.Task, _time);

    [Fact]
    public void One_that_has_not_greeted_is_silent_and_waited_for_a_moment_only()
    {
        Assert.True(_pulse.IsSilent);
        Assert.False(Check().IsCompleted);

        _time.Advance(s_patience);

        Assert.True(Check().IsCompleted);
        Assert.True(_pulse.IsSilent);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public void One_that_was_heard_a_moment_ago_is_not_asked()
    {
        Greet();

        Assert.True(Check().IsCompleted);

        Assert.False(_pulse.IsSilent);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public void One_that_was_quiet_is_asked_once_until_it_answers()
    {
        Greet();
        _time.Advance(TimeSpan.FromSeconds(2));

        var first = Check();
        Assert.False(first.IsCompleted);
        Assert.Same(first, Check());
        Assert.True(_pulse.IsSilent);
        _time.Advance(s_patience);
        Assert.True(Check().IsCompleted);
        Assert.Equal(1, _asked);

        _pulse.Beat();
        _answer.SetResult();
        Assert.True(Check().IsCompleted);
        Assert.False(_pulse.IsSilent);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void One_that_failed_to_answer_is_asked_anew()
    {
        Greet();
        _time.Advance(TimeSpan.FromSeconds(2));
        _ = Check();
        _answer.SetException(new TimeoutException());
        Assert.True(_pulse.IsSilent);
        _answer = new TaskCompletionSource();

        Assert.False(Check().IsCompleted);
        Assert.Equal(2, _asked);
    }

    private void Greet()
    {
        _pulse.Beat();
        _greeted.SetResult();
    }

    private Task Check() => _pulse.Check(
        () =>
        {
            _asked++;
            return _answer.Task;
        },
        s_patience);
}

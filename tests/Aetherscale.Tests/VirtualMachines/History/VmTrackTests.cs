using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Tests.VirtualMachines.History;

public sealed class VmTrackTests
{
    [Fact]
    public async Task What_is_posted_is_done_in_order_and_nobody_waits_for_it()
    {
        var track = new VmTrack(VmId.New(), new VmFolder("/nowhere"));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new List<int>();
        track.Post(() => gate.Task);
        for (var number = 0; number < 100; number++)
        {
            var mine = number;
            track.Post(async () =>
            {
                await Task.Yield();
                done.Add(mine);
            });
        }

        Assert.False(track.Done.IsCompleted);
        gate.SetResult();
        await track.Done.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 100), done);
    }

    [Fact]
    public async Task A_failure_on_the_way_to_a_restart_is_none_by_itself()
    {
        var track = new VmTrack(VmId.New(), new VmFolder("/nowhere"));

        var passing = track.PassTo(Change(UnitActiveState.Failed, UnitSubState.Failed));
        Assert.False(await track.PassTo(Change(UnitActiveState.Activating, UnitSubState.AutoRestart)));
        var forgotten = track.PassTo(Change(UnitActiveState.Failed, UnitSubState.Failed));
        Assert.False(await track.PassTo(Change(UnitActiveState.Inactive, UnitSubState.Dead)));
        var lasting = track.PassTo(Change(UnitActiveState.Failed, UnitSubState.Failed));

        Assert.Equal((true, false, false), (await passing, await forgotten, await lasting));
    }

    private static UnitChange Change(UnitActiveState active, UnitSubState sub) => new("u.service", active, sub, ServiceResult.Signal);
}

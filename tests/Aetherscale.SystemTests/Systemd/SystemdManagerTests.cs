using Aetherscale.Contract;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Bus;

namespace Aetherscale.SystemTests.Systemd;

public sealed class SystemdManagerTests : IAsyncDisposable
{
    private readonly TestUnits _units = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SystemdManager Manager => _units.Manager;

    [Fact]
    public async Task A_unit_starts_and_stops()
    {
        var unit = _units.Write("plain", "Type=exec\nExecStart=/bin/sleep 1000");

        Assert.Equal(JobResult.Done, await Manager.StartUnitAsync(unit, Token));
        var running = await Manager.GetUnitAsync(unit, Token);
        Assert.Equal(JobResult.Done, await Manager.StopUnitAsync(unit, Token));

        Assert.NotNull(running);
        Assert.Equal(UnitLoadState.Loaded, running.LoadState);
        Assert.Equal(UnitActiveState.Active, running.ActiveState);
        Assert.Equal(UnitSubState.Running, running.SubState);
        Assert.Equal(ServiceResult.Success, running.Result);
        Assert.Equal(Path.Combine(TestUnits.Folder, unit), running.FragmentPath);
        Assert.Matches("\\A[0-9a-f]{32}\\z", running.InvocationId);
        Assert.False(running.NeedDaemonReload);
        Assert.Null(running.InactiveEnterTimestamp);
        Assert.InRange(
            TimeProvider.System.GetUtcNow() - running.ActiveEnterTimestamp!.Value,
            TimeSpan.Zero, TimeSpan.FromMinutes(1));

        // systemd answers before it has taken the zombie away.
        await Wait.UntilAsync("its process is gone", () => !Directory.Exists($"/proc/{running.MainPid}"));
    }

    [Fact]
    public async Task A_command_that_fails_gives_failed_and_its_exit_status()
    {
        var unit = _units.Write("fails", "Type=oneshot\nExecStart=/bin/sh -c 'exit 7'");

        Assert.Equal(JobResult.Failed, await Manager.StartUnitAsync(unit, Token));

        var failed = await Manager.GetUnitAsync(unit, Token);
        Assert.Equal(UnitActiveState.Failed, failed!.ActiveState);
        Assert.Equal(ServiceResult.ExitCode, failed.Result);
        Assert.Equal((1, 7, 0), (failed.ExecMainCode, failed.ExecMainStatus, failed.MainPid));
    }

    [Fact]
    public async Task Reset_failed_forgets_a_failure_and_does_not_mind_an_unknown_unit()
    {
        var unit = _units.Write("fails", "Type=oneshot\nExecStart=/bin/false");
        await Manager.StartUnitAsync(unit, Token);

        await Manager.ResetFailedAsync(unit, Token);
        await Manager.ResetFailedAsync(_units.Name("never-heard-of"), Token);

        Assert.NotEqual(UnitActiveState.Failed, (await Manager.GetUnitAsync(unit, Token))?.ActiveState);
    }

    [Fact]
    public async Task A_unit_without_a_file_is_refused_by_name()
    {
        var unit = _units.Name("absent");

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => Manager.StartUnitAsync(unit, Token));

        Assert.Equal(ErrorCodes.SystemdUnavailable, error.Code);
        Assert.Equal($"systemd has no unit {unit}.", error.Message);
        Assert.True(error.Is(SystemdErrors.NoSuchUnit));
    }

    [Fact]
    public async Task A_unit_that_systemd_cannot_read_is_told_from_one_that_is_absent()
    {
        var unit = _units.Write("bad", "Type=nonsense");

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => Manager.StartUnitAsync(unit, Token));

        Assert.True(error.Is(SystemdErrors.BadUnitSetting), error.Message);
        Assert.StartsWith($"systemd cannot read the unit {unit}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_the_unit_refuses_is_an_error()
    {
        var unit = _units.Write("refuses", "ExecStart=/bin/true\n[Unit]\nRefuseManualStart=yes");

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => Manager.StartUnitAsync(unit, Token));

        Assert.Contains("refused StartUnit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_unit_can_have_is_refused_and_the_connection_goes_on()
    {
        await Assert.ThrowsAsync<AetherscaleException>(() => Manager.StartUnitAsync("../x", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Manager.StartUnitAsync("a\0b.service", Token));

        Assert.Null(await Manager.GetUnitAsync(_units.Name("absent"), Token));
    }

    [Fact]
    public async Task Fifty_units_started_at_once_each_get_their_own_result()
    {
        var units = Enumerable.Range(0, 50)
            .Select(i => _units.Write(
                $"many-{i}", $"Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/{(i % 5 == 0 ? "false" : "true")}"))
            .ToList();

        var results = await Task.WhenAll(units.Select(unit => Manager.StartUnitAsync(unit, Token)));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => i % 5 == 0 ? JobResult.Failed : JobResult.Done), results);
        var listed = (await Manager.ListUnitsAsync(TestUnits.Pattern(units[0]), Token)).ToDictionary(unit => unit.Name);
        Assert.Equal(units.Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((UnitActiveState.Failed, UnitSubState.Failed), (listed[units[0]].ActiveState, listed[units[0]].SubState));
        Assert.Equal((UnitActiveState.Active, UnitSubState.Exited), (listed[units[1]].ActiveState, listed[units[1]].SubState));
        Assert.All(listed.Values, unit => Assert.Equal(UnitLoadState.Loaded, unit.LoadState));
    }

    [Fact]
    public async Task Two_calls_that_systemd_merges_into_one_job_both_end()
    {
        var unit = _units.Write("slow", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0.3");

        var results = await Task.WhenAll(Manager.StartUnitAsync(unit, Token), Manager.StartUnitAsync(unit, Token));

        Assert.Equal([JobResult.Done, JobResult.Done], results);
    }

    [Fact]
    public async Task A_stop_cancels_the_start_before_it()
    {
        var unit = _units.Write("slow", "Type=oneshot\nExecStart=/bin/sleep 1000");

        var start = Manager.StartUnitAsync(unit, Token);
        var stop = Manager.StopUnitAsync(unit, Token);

        Assert.Equal(JobResult.Done, await stop);
        Assert.Equal(JobResult.Canceled, await start);
    }

    [Fact]
    public async Task A_unit_has_a_job_until_it_is_up()
    {
        var unit = _units.Write("slow", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0.5");
        var activating = NextChange(unit, UnitActiveState.Activating);

        var start = Manager.StartUnitAsync(unit, Token);
        await activating;
        var during = await Manager.GetUnitAsync(unit, Token);
        await start;

        Assert.True(during!.HasJob);
        Assert.False((await Manager.GetUnitAsync(unit, Token))!.HasJob);
    }

    [Fact]
    public async Task A_restart_gives_a_new_process()
    {
        var unit = _units.Write("plain", "Type=exec\nExecStart=/bin/sleep 1000");
        await Manager.StartUnitAsync(unit, Token);
        var before = await Manager.GetUnitAsync(unit, Token);

        Assert.Equal(JobResult.Done, await Manager.RestartUnitAsync(unit, static () => { }, Token));

        var after = await Manager.GetUnitAsync(unit, Token);
        Assert.NotEqual(before!.MainPid, after!.MainPid);
        Assert.NotEqual(before.InvocationId, after.InvocationId);
    }

    [Fact]
    public async Task A_signal_reaches_the_main_process_and_its_absence_is_named()
    {
        var unit = _units.Write("plain", "Type=exec\nExecStart=/bin/sleep 1000");
        await Manager.StartUnitAsync(unit, Token);
        var killed = NextChange(unit, UnitActiveState.Failed);

        await Manager.KillUnitAsync(unit, KillWho.Main, 9, Token);

        Assert.Equal(ServiceResult.Signal, (await killed).Result);
        Assert.Equal((2, 9), await Manager.GetUnitAsync(unit, Token) is { } ended
            ? (ended.ExecMainCode, ended.ExecMainStatus)
            : default);
        var error = await Assert.ThrowsAsync<AetherscaleException>(
            () => Manager.KillUnitAsync(unit, KillWho.Main, 9, Token));
        Assert.True(error.Is(SystemdErrors.NoSuchProcess), error.Message);
    }

    [Fact]
    public async Task Changes_are_told_with_state_and_result_in_order()
    {
        var unit = _units.Write("fails", "Type=exec\nExecStart=/bin/sh -c 'sleep 0.2; exit 3'");
        var seen = new List<UnitChange>();
        Manager.UnitChanged += change =>
        {
            if (change.Unit == unit)
            {
                seen.Add(change);
            }
        };
        var failed = NextChange(unit, UnitActiveState.Failed);

        await Manager.StartUnitAsync(unit, Token);
        await failed;

        Assert.Equal(
            [UnitActiveState.Activating, UnitActiveState.Active, UnitActiveState.Failed],
            seen.Select(change => change.ActiveState).Distinct().Except([UnitActiveState.Inactive]));
        Assert.Equal(
            (UnitActiveState.Failed, UnitSubState.Failed, ServiceResult.ExitCode),
            (seen[^1].ActiveState, seen[^1].SubState, seen[^1].Result));
        Assert.Equal((1, 3, 0), (seen[^1].Run!.Code, seen[^1].Run!.Status, seen[^1].Run!.Restarts));
        Assert.Matches("^[0-9a-f]{32}$", seen[^1].InvocationId);
        Assert.Contains(seen, change => change is { ActiveState: UnitActiveState.Activating, HasJob: true });
        Assert.False(seen[^1].HasJob);
    }

    [Fact]
    public async Task A_changed_file_of_a_loaded_unit_needs_a_reload_and_gets_it()
    {
        var unit = _units.Write("changed", "Type=exec\nExecStart=/bin/sleep 1000");
        await Manager.StartUnitAsync(unit, Token);
        _units.Write("changed", "Type=exec\nExecStart=/bin/sleep 2000");
        var stale = await Manager.GetUnitAsync(unit, Token);

        await Manager.ReloadAsync(Token);
        var fresh = await Manager.GetUnitAsync(unit, Token);
        await Manager.RestartUnitAsync(unit, static () => { }, Token);

        Assert.True(stale!.NeedDaemonReload);
        Assert.False(fresh!.NeedDaemonReload);
        var pid = (await Manager.GetUnitAsync(unit, Token))!.MainPid;
        Assert.Equal("/bin/sleep\02000\0", await File.ReadAllTextAsync($"/proc/{pid}/cmdline", Token));
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once_and_leaves_the_job_alone()
    {
        var unit = _units.Write("slow", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0.5");
        var active = NextChange(unit, UnitActiveState.Active);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Manager.StartUnitAsync(unit, cancelled.Token));

        await active;
    }

    public ValueTask DisposeAsync() => _units.DisposeAsync();

    private Task<UnitChange> NextChange(string unit, UnitActiveState state)
    {
        var next = new TaskCompletionSource<UnitChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        Manager.UnitChanged += change =>
        {
            if (change.Unit == unit && change.ActiveState == state)
            {
                next.TrySetResult(change);
            }
        };
        return next.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }
}

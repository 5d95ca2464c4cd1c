using System.Diagnostics;
using System.Net.Sockets;
using Aetherscale.Contract;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Systemd;

namespace Aetherscale.SystemTests.Systemd;

/// <summary>What happens to calls and jobs while systemd is away, silent, or being replaced.</summary>
[Collection(nameof(SystemdConnectionTests))]
[CollectionDefinition(nameof(SystemdConnectionTests), DisableParallelization = true)]
public sealed class SystemdConnectionTests : IAsyncDisposable
{
    private readonly TestUnits _units = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SystemdManager Manager => _units.Manager;

    [Fact]
    public async Task Calls_and_changes_go_on_after_daemon_reexec()
    {
        var unit = _units.Write("plain", "Type=exec\nExecStart=/bin/sleep 1000");
        await Manager.StartUnitAsync(unit, Token);
        var before = await Manager.GetUnitAsync(unit, Token);

        await ReexecAsync();
        var after = await Manager.GetUnitAsync(unit, Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Manager.UnitChanged += change =>
        {
            if (change.Unit == unit && change.ActiveState == UnitActiveState.Inactive)
            {
                stopped.TrySetResult();
            }
        };
        await Manager.StopUnitAsync(unit, Token);

        Assert.Equal(before!.MainPid, after!.MainPid);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Theory]
    [InlineData("/bin/true", nameof(JobResult.Done))]
    [InlineData("/bin/false", nameof(JobResult.Failed))]
    public async Task A_job_that_outlives_a_reexec_ends_with_its_own_result(string command, string expected)
    {
        var unit = _units.Write(
            "slow", $"Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 3\nExecStart={command}");
        var start = Manager.StartUnitAsync(unit, Token);
        await UntilAsync(unit, UnitActiveState.Activating);

        await ReexecAsync();

        Assert.False(start.IsCompleted);
        Assert.Equal(expected, (await start.WaitAsync(TimeSpan.FromSeconds(20), Token)).ToString());
    }

    [Fact]
    public async Task Calls_sent_all_through_reexecs_are_answered_and_none_starts_twice()
    {
        var units = Enumerable.Range(0, 40)
            .Select(i => _units.Write($"many-{i}", "Type=exec\nExecStart=/bin/sleep 1000"))
            .ToList();

        var reexecs = ReexecTwiceAsync();
        var results = new List<Task<JobResult>>();
        foreach (var unit in units)
        {
            results.Add(Manager.StartUnitAsync(unit, Token));
            await Task.Delay(20, Token);
        }

        await reexecs;
        Assert.All(await Task.WhenAll(results), result => Assert.Equal(JobResult.Done, result));
        Assert.All(
            await Manager.ListUnitsAsync(TestUnits.Pattern(units[0]), Token),
            unit => Assert.Equal(UnitActiveState.Active, unit.ActiveState));
    }

    [Fact]
    [Trait("mode", "user")]
    public async Task B38_A_frozen_systemd_gives_a_timeout_error_and_serves_again_when_it_thaws()
    {
        await using var manager = TestUnits.Connect(
            new SystemdAddress(TestUnits.RuntimeFolder, TestEnvironment.Scope) { CallDeadline = TimeSpan.FromSeconds(1) });
        var unit = _units.Name("absent");
        Assert.Null(await manager.GetUnitAsync(unit, Token));
        var pid = await ManagerPidAsync();

        await SignalAsync("STOP", pid);
        try
        {
            var clock = Stopwatch.StartNew();
            var error = await Assert.ThrowsAsync<AetherscaleException>(() => manager.GetUnitAsync(unit, Token));
            Assert.Equal(ErrorCodes.SystemdUnavailable, error.Code);
            Assert.StartsWith("systemd did not answer GetUnit within 1 s", error.Message, StringComparison.Ordinal);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 3);

            // A connection that is only now being made hangs in its greeting: the deadline holds there too.
            await using var late = TestUnits.Connect(
                new SystemdAddress(TestUnits.RuntimeFolder, TestEnvironment.Scope) { CallDeadline = TimeSpan.FromSeconds(1) });
            await Assert.ThrowsAsync<AetherscaleException>(() => late.GetUnitAsync(unit, Token));
            Assert.InRange(clock.Elapsed.TotalSeconds, 1.8, 5);
        }
        finally
        {
            await SignalAsync("CONT", pid);
        }

        Assert.Null(await manager.GetUnitAsync(unit, Token));
    }

    [Fact]
    public async Task No_manager_gives_an_error_that_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        await using var manager = TestUnits.Connect(
            new SystemdAddress(folder.Path) { CallDeadline = TimeSpan.FromMilliseconds(300) });

        var error = await Assert.ThrowsAsync<AetherscaleException>(() => manager.StartUnitAsync("a.service", Token));

        Assert.Equal(ErrorCodes.SystemdUnavailable, error.Code);
        Assert.Equal(
            $"No systemd user manager answers at {folder.Path}/systemd/private. It runs while its user is logged in, "
            + "or always after: loginctl enable-linger",
            error.Message);
    }

    [Fact]
    public async Task A_call_waits_for_a_manager_that_comes_up_in_time()
    {
        using var folder = new TemporaryFolder();
        await using var manager = TestUnits.Connect(new SystemdAddress(folder.Path));
        var call = manager.GetUnitAsync(_units.Name("absent"), Token);
        await Task.Delay(500, Token);
        Assert.False(call.IsCompleted);

        Directory.CreateSymbolicLink(
            Path.Combine(folder.Path, "systemd"), Path.Combine(TestUnits.RuntimeFolder, "systemd"));

        Assert.Null(await call.WaitAsync(TimeSpan.FromSeconds(5), Token));
    }

    [Fact]
    public async Task Without_the_private_socket_the_bus_serves()
    {
        using var folder = new TemporaryFolder();
        var bus = TestEnvironment.IsSystem ? "dbus" : "bus";
        File.CreateSymbolicLink(Path.Combine(folder.Path, bus), Path.Combine(TestUnits.RuntimeFolder, bus));
        await using var manager = TestUnits.Connect(new SystemdAddress(folder.Path, TestEnvironment.Scope));
        var unit = _units.Write("fails", "Type=exec\nExecStart=/bin/sh -c 'sleep 0.1; exit 3'");
        var failed = new TaskCompletionSource<UnitChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        manager.UnitChanged += change =>
        {
            if (change.Unit == unit && change.ActiveState == UnitActiveState.Failed)
            {
                failed.TrySetResult(change);
            }
        };

        Assert.Equal(JobResult.Done, await manager.StartUnitAsync(unit, Token));

        Assert.Equal(ServiceResult.ExitCode, (await failed.Task.WaitAsync(TimeSpan.FromSeconds(10), Token)).Result);
        var reconnected = Reconnected(manager);
        (await Systemctl.RunAsync("daemon-reexec")).Succeeded();
        await reconnected;
        Assert.Equal(JobResult.Failed, await manager.StartUnitAsync(_units.Write("no", "Type=oneshot\nExecStart=/bin/false"), Token));
    }

    [Fact]
    public async Task Disposal_fails_the_waiters_and_leaves_the_unit_alone()
    {
        var unit = _units.Write("slow", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1");
        var manager = TestUnits.Connect(new SystemdAddress(TestUnits.RuntimeFolder, TestEnvironment.Scope));
        var start = manager.StartUnitAsync(unit, Token);
        await UntilAsync(unit, UnitActiveState.Activating);

        await manager.DisposeAsync();
        await manager.DisposeAsync();

        await Assert.ThrowsAsync<AetherscaleException>(() => start);
        await Assert.ThrowsAsync<AetherscaleException>(() => manager.StopUnitAsync(unit, Token));
        await UntilAsync(unit, UnitActiveState.Active);
    }

    [Fact]
    public async Task A_listener_that_only_hangs_up_is_no_busy_loop()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "systemd"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.Path, "systemd", "private")));
        listener.Listen();
        var accepted = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var hangUp = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    (await listener.AcceptAsync(enough.Token)).Dispose();
                    accepted++;
                }
            },
            Token);

        await using var manager = TestUnits.Connect(
            new SystemdAddress(folder.Path) { CallDeadline = TimeSpan.FromSeconds(2) });
        await Assert.ThrowsAsync<AetherscaleException>(() => manager.GetUnitAsync("a.service", Token));
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hangUp);

        Assert.InRange(accepted, 3, 12);
    }

    public ValueTask DisposeAsync() => _units.DisposeAsync();

    private static Task Reconnected(SystemdManager manager)
    {
        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        manager.Reconnected += () => reconnected.TrySetResult();
        return reconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        arguments.ToList().ForEach(start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private static Task<string> SignalAsync(string signal, string pid) => RunAsync("kill", "-" + signal, pid);

    /// <summary>The one process that a test may freeze: this user has one manager.</summary>
    private static async Task<string> ManagerPidAsync()
    {
        var user = await RunAsync("id", "-u");
        var pids = await RunAsync("pgrep", "-u", user, "-x", "systemd");
        return Assert.Single(pids.Split('\n'));
    }

    private async Task ReexecAsync()
    {
        var reconnected = Reconnected(Manager);
        (await Systemctl.RunAsync("daemon-reexec")).Succeeded();
        await reconnected;
    }

    private async Task ReexecTwiceAsync()
    {
        await ReexecAsync();
        await ReexecAsync();
    }

    private async Task UntilAsync(string unit, UnitActiveState state)
    {
        while ((await Manager.GetUnitAsync(unit, Token))?.ActiveState != state)
        {
            await Task.Delay(10, Token);
        }
    }
}

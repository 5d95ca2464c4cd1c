namespace Aetherscale.SystemTests.Faults;

/// <summary>
/// Each call by which a command changes files fails once, one after the other: the command is answered with an error and taken
/// back, the call is not tried again, and the daemon lives.
/// </summary>
public sealed class ErrorSweepTests(ITestOutputHelper output)
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    [Theory]
    [InlineData(InputOutputError, "fsync /")]
    [InlineData(NoSpace, "fsync /")]
    [InlineData(InputOutputError, "rename /")]
    [InlineData(NoSpace, "rename /")]
    [InlineData(InputOutputError, "write /")]
    [InlineData(NoSpace, "write /")]
    [InlineData(NoSpace, "open /")]
    [InlineData(NoSpace, "truncate /")]
    [InlineData(NoSpace, "mkdir /")]
    public Task B14_A_create_in_which_a_call_fails_is_taken_back(int error, string call) => SweepAsync(error, call, noStart: true);

    [Theory]
    [InlineData(InputOutputError, "fsync /")]
    [InlineData(NoSpace, "rename /")]
    [InlineData(NoSpace, "symlink /")]
    public Task B14_A_create_with_a_start_in_which_a_call_fails_is_taken_back(int error, string call) => SweepAsync(error, call, noStart: false);

    [Theory]
    [InlineData(InputOutputError, "fsync /")]
    [InlineData(NoSpace, "fsync /")]
    [InlineData(InputOutputError, "rename /")]
    [InlineData(NoSpace, "rename /")]
    [InlineData(InputOutputError, "write /")]
    [InlineData(NoSpace, "write /")]
    [InlineData(InputOutputError, "unlink /")]
    [InlineData(NoSpace, "open /")]
    public async Task B14_A_delete_in_which_a_call_fails_can_be_repeated(int error, string call)
    {
        await using var faults = await FaultHost.StartAsync();
        var before = faults.Files();
        var (number, refused) = (1, 0);
        for (; ; number++)
        {
            var vm = await faults.SucceedAsync(FaultHost.Create($"create-{number}", noStart: true));
            faults.Tracer.Arm(number, error, call);
            var reply = await faults.Host.SendAsync(FaultHost.Delete($"delete-{number}"));
            if (faults.Tracer.IsArmed)
            {
                break;
            }

            // What is only remembered of the request may fail: then it is done nevertheless.
            var where = FailedAndNotTriedAgain(faults.Tracer.Report);
            var isRefused = !reply.TryGetProperty("response", out _);
            Assert.True(isRefused || where.Contains("/requests", StringComparison.Ordinal), $"{where}: {reply}");
            if (isRefused)
            {
                Assert.Equal(error == NoSpace ? "no-space" : "internal-error", reply.GetProperty("execution-info").GetProperty("code").GetString());
                refused++;
            }

            Assert.Equal(vm, await faults.SucceedAsync(FaultHost.Delete($"delete-{number}")));
            if (where.Contains("/.unfinished-", StringComparison.Ordinal))
            {
                // The VM is gone; what could not be removed of it waits for the next daemon.
                await faults.Host.KillDaemonAsync();
                await faults.Host.StartDaemonAsync();
            }

            Assert.Equal(before, faults.Files());
        }

        // Only a note of the request is written; all else is empty files, and names.
        Assert.True(number > 1, $"{call} was never met");
        Assert.Equal(call != "write /", refused > 0);
        output.WriteLine($"delete-vm, errno {error} of each {call[..^2]}: {number - 1} points");
    }

    private async Task SweepAsync(int error, string call, bool noStart)
    {
        await using var faults = await FaultHost.StartAsync();
        var before = faults.Files();
        var daemon = faults.Host.DaemonPid;
        var number = 1;
        for (; ; number++)
        {
            faults.Tracer.Arm(number, error, call);
            var reply = await faults.Host.SendAsync(FaultHost.Create($"create-{number}", noStart));
            if (faults.Tracer.IsArmed)
            {
                Assert.True(reply.TryGetProperty("response", out _), $"{reply}");
                break;
            }

            var where = FailedAndNotTriedAgain(faults.Tracer.Report);
            var info = reply.GetProperty("execution-info");
            Assert.True(info.GetProperty("status").GetString() == "error", $"{where}: {reply}");
            Assert.Equal(error == NoSpace ? "no-space" : "internal-error", info.GetProperty("code").GetString());
            Assert.Empty(await faults.VmsAsync());
            var left = faults.Files().Except(before).ToList();
            Assert.True(left.Count == 0, $"{where} left: {string.Join(", ", left)}\n{faults.Host.Log}");
            Assert.Equal(before, faults.Files());
            Assert.Empty(faults.OpenRequests());
            Assert.Equal(daemon, faults.Host.DaemonPid);
        }

        Assert.True(number > 1, $"{call} was never met");
        output.WriteLine($"create-vm, errno {error} of each {call[..^2]}: {number - 1} points");
    }

    /// <returns>The call that failed. What a failed fsync has lost, no second one brings back.</returns>
    private static string FailedAndNotTriedAgain(IReadOnlyList<string> report)
    {
        var failed = report.Single(line => line.EndsWith('!'));
        if (failed.Split(' ') is [_, "fsync", var path, _] && !Directory.Exists(path))
        {
            Assert.Single(report, line => line.Split(' ') is [_, "fsync", var other, ..] && other == path);
        }

        return failed;
    }
}

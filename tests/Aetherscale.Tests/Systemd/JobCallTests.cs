using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class JobCallTests
{
    [Theory]
    [InlineData("StartUnit", "active", "done")]
    [InlineData("StartUnit", "reloading", "done")]
    [InlineData("StartUnit", "failed", "failed")]
    [InlineData("StartUnit", "inactive", "unknown")]
    [InlineData("StartUnit", "activating", "unknown")]
    [InlineData("StopUnit", "inactive", "done")]
    [InlineData("StopUnit", "failed", "done")]
    [InlineData("StopUnit", "active", "unknown")]
    [InlineData("StopUnit", "deactivating", "unknown")]
    [InlineData("RestartUnit", "active", "unknown")]
    [InlineData("RestartUnit", "failed", "failed")]
    [InlineData("StartUnit", "of-tomorrow", "unknown")]
    public async Task A_job_whose_end_nobody_saw_succeeded_only_if_the_state_proves_it(
        string verb, string state, string expected)
    {
        var job = JobCall.To(verb, "a.service", new JobTable());

        job.EndByState(SystemdWord.Parse<UnitActiveState>(state));

        Assert.Equal(SystemdWord.Parse<JobResult>(expected), await job.WaitAsync(TestContext.Current.CancellationToken));
    }
}

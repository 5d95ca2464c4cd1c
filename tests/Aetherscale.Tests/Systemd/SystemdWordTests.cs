using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class SystemdWordTests
{
    [Fact]
    public void Words_with_dashes_are_members() =>
        Assert.Equal(
            (ServiceResult.StartLimitHit, UnitSubState.StopSigterm, UnitLoadState.NotFound, JobResult.Canceled),
            (SystemdWord.Parse<ServiceResult>("start-limit-hit"), SystemdWord.Parse<UnitSubState>("stop-sigterm"),
                SystemdWord.Parse<UnitLoadState>("not-found"), SystemdWord.Parse<JobResult>("canceled")));

    [Theory]
    [InlineData("")]
    [InlineData("of-tomorrow")]
    [InlineData("1")]
    [InlineData("done, failed")]
    [InlineData("Done")]
    public void Anything_else_is_unknown(string word) =>
        Assert.Equal(JobResult.Unknown, SystemdWord.Parse<JobResult>(word));
}

using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.VirtualMachines;

public sealed class VmGoalTests
{
    [Theory]
    [InlineData("running", "Running", 0)]
    [InlineData("stopped", "Stopped", 0)]
    [InlineData("agent", "Agent", 0)]
    [InlineData("ip", "Ip", 22)]
    [InlineData("ssh", "Ssh", 22)]
    [InlineData("port=1", "Port", 1)]
    [InlineData("port=65535", "Port", 65535)]
    public void What_is_waited_for_is_said_in_a_word(string text, string kind, int port)
    {
        Assert.True(VmGoal.TryParse(text, out var goal));
        Assert.Equal((kind, port), (goal.Kind.ToString(), goal.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Running")]
    [InlineData("ssh ")]
    [InlineData("port")]
    [InlineData("port=")]
    [InlineData("port=0")]
    [InlineData("port=65536")]
    [InlineData("port=-1")]
    [InlineData("port=+1")]
    [InlineData("port= 1")]
    [InlineData("port=1\n")]
    [InlineData("port=99999999999")]
    public void Anything_else_is_refused(string text) => Assert.False(VmGoal.TryParse(text, out _));
}

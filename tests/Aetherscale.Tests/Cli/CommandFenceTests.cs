using Aetherscale.Cli;

namespace Aetherscale.Tests.Cli;

/// <summary>Where our options end and another program's command line begins.</summary>
public sealed class CommandFenceTests
{
    [Theory]
    [InlineData("ssh web ls -l", "ssh web -- ls -l")]
    [InlineData("ssh web", "ssh web")]
    [InlineData("ssh web -- ls", "ssh web -- ls")]
    [InlineData("ssh -l ann web ls -l", "ssh -l ann web -- ls -l")]
    [InlineData("--socket /s ssh --user=ann web id -u", "--socket /s ssh --user=ann web -- id -u")]
    [InlineData("--user ssh --user ann web id", "--user ssh --user ann web -- id")]
    [InlineData("-o json ssh web a", "-o json ssh web -- a")]
    [InlineData("ssh --quiet web true", "ssh --quiet web -- true")]
    [InlineData("stop-vm web --kill", "stop-vm web --kill")]
    [InlineData("stop-vm ssh web --kill", "stop-vm ssh web --kill")]
    [InlineData("ssh -- web ls", "ssh -- web ls")]
    [InlineData("exec --timeout 5 web df -h", "exec --timeout 5 web -- df -h")]
    [InlineData("", "")]
    public void The_command_begins_after_the_VM(string line, string fenced) => Assert.Equal(
        fenced.Split(' ', StringSplitOptions.RemoveEmptyEntries), CommandFence.Set(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
}

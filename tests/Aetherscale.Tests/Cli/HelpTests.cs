using Aetherscale.Cli;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Verbs;

namespace Aetherscale.Tests.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Version_is_one_line() =>
        Assert.Equal(new CliResult(0, "aetherscale-cli 0.1.0\n", ""), await _cli.RunAsync("--version"));

    [Theory]
    [InlineData("create-vm")]
    [InlineData("start-vm")]
    [InlineData("stop-vm")]
    [InlineData("restart-vm")]
    [InlineData("pause-vm")]
    [InlineData("resume-vm")]
    [InlineData("wait-vm")]
    [InlineData("delete-vm")]
    [InlineData("list-vms")]
    [InlineData("show-vm")]
    [InlineData("why-vm")]
    [InlineData("logs-vm")]
    [InlineData("watch")]
    [InlineData("connect")]
    [InlineData("console")]
    [InlineData("exec")]
    [InlineData("copy")]
    [InlineData("screenshot")]
    [InlineData("ssh")]
    [InlineData("ssh-config")]
    [InlineData("import-image")]
    [InlineData("list-images")]
    [InlineData("show-image")]
    [InlineData("copy-image")]
    [InlineData("delete-image")]
    [InlineData("add-remote")]
    [InlineData("list-remotes")]
    [InlineData("remove-remote")]
    [InlineData("list-hosts")]
    [InlineData("show-host")]
    [InlineData("cordon-host")]
    [InlineData("uncordon-host")]
    [InlineData("forget-host")]
    [InlineData("doctor")]
    [InlineData("completion")]
    public async Task Each_verb_has_a_whole_page_within_80_columns_and_asks_no_daemon(string verb)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync(verb, "--help");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Empty(daemon.Bodies);
        foreach (var heading in (string[])["Usage", "Description", "Global options", "Examples", "Exit codes"])
        {
            Assert.Contains($"\n{heading}\n", result.Out);
        }

        var prose = result.Out[..result.Out.IndexOf("\nExamples\n", StringComparison.Ordinal)];
        Assert.All(prose.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Every_example_is_a_line_that_the_parser_takes()
    {
        using var terminal = new Terminal(Nowhere());
        var root = CliRoot.Of(Nowhere(), terminal, []);
        var lines = root.Subcommands.OfType<Verb>().SelectMany(verb => verb.Examples).Select(example => example.Line)
            .SelectMany(line => line.Split("aetherscale-cli ")[1..])
            .Select(line => line.Split(['|', '<', '>', '&', ')', '"'])[0].Trim())
            .ToArray();
        Assert.True(lines.Length >= root.Subcommands.Count);
        Assert.All(lines.Where(line => !line.StartsWith("connect %h", StringComparison.Ordinal)), line =>
        {
            // xargs adds the VMs
            var errors = root.Parse(CommandFence.Set((line == "delete-vm" ? "delete-vm x" : line).Split(' '))).Errors;
            Assert.True(errors.Count == 0, $"{line}: {string.Join(", ", errors)}");
        });
    }

    private static Surroundings Nowhere() => new()
    {
        Input = Stream.Null,
        Output = Stream.Null,
        Error = Stream.Null,
        TerminalWidth = () => 80,
        Variable = _ => null,
        UserId = 1000,
        NewRequestId = () => "r",
    };
}

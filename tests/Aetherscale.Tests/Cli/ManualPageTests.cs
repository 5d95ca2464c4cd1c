using Aetherscale.Cli;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Verbs;

namespace Aetherscale.Tests.Cli;

public sealed class ManualPageTests : IDisposable
{
    private static readonly string[] s_requests =
        [".TH", ".SH", ".SS", ".PP", ".TP", ".HP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad"];

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task It_has_every_verb_with_all_that_its_help_says()
    {
        var page = await PageAsync();
        var verbs = Root().Subcommands.OfType<Verb>().Where(verb => !verb.Hidden).ToArray();
        Assert.Equal(verbs.Select(verb => verb.Name), page.Split('\n').Where(line => line.StartsWith(".SS ", StringComparison.Ordinal)).Select(line => Read(line[5..^1])));
        var text = Read(page);
        foreach (var verb in verbs)
        {
            Assert.All(verb.Details, paragraph => Assert.Contains($".PP\n{paragraph}\n", text));
            Assert.All(verb.Options.Where(option => !option.Hidden), option => Assert.Contains(option.Description!, text));
            Assert.All(verb.Examples, example => Assert.Contains(example.Line, text));
        }
    }

    [Fact]
    public async Task No_line_of_it_is_a_request_that_was_not_meant() =>
        Assert.DoesNotContain((await PageAsync()).Split('\n'), line => line is ['\'', ..]
            || (line is ['.', ..] && !s_requests.Contains(line.Split(' ')[0])));

    [Fact]
    public async Task It_is_for_packages_and_stands_in_no_list_of_verbs() =>
        Assert.DoesNotContain(ManualPage.Word, (await _cli.RunAsync("--help")).Out);

    private async Task<string> PageAsync()
    {
        var result = await _cli.RunAsync(ManualPage.Word);
        Assert.Equal((0, ""), (result.Code, result.Error));
        return result.Out;
    }

    /// <summary>The source without its escapes.</summary>
    private static string Read(string source) => source.Replace("\\-", "-").Replace("\\(aq", "'").Replace("\\(ga", "`").Replace("\\(ha", "^")
        .Replace("\\(ti", "~").Replace("\\(dq", "\"").Replace("\\ ", " ").Replace("\\&", "").Replace("\\(rs", "\\");

    private static System.CommandLine.Command Root()
    {
        var around = new Surroundings
        {
            Input = Stream.Null,
            Output = Stream.Null,
            Error = Stream.Null,
            TerminalWidth = () => 80,
            Variable = _ => null,
            UserId = 1000,
            NewRequestId = () => "r",
        };
        using var terminal = new Terminal(around);
        return CliRoot.Of(around, terminal, []);
    }
}

using System.Text.Json;
using Aetherscale.Cli.Output;
using CsCheck;

namespace Aetherscale.Tests.Cli;

public sealed class HostileTextTests : IDisposable
{
    private const string Nasty = """a\u001b[31mb\u009b2Jc\u202ed\u0007\u007f[bold]e[/]\u2028\n""";
    private const string Shown = """a\x1b[31mb\x9b2Jc\u202ed\x07\x7f[bold]e[/]\u2028\n""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Escape_sequences_in_a_hint_are_shown_not_obeyed()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            $$"""{"status":"stopped","vm-id":"abcdefgh","hint":"{{Nasty}}"}"""));
        var result = await _cli.RunAsync("stop-vm", "abcdefgh");
        Assert.Equal($"VM-ID     NAME  STATUS   HINT\nabcdefgh  -     stopped  {Shown}\n", result.Out);
    }

    [Fact]
    public async Task Markup_in_a_table_on_a_terminal_stays_text()
    {
        _cli.OutputIsTerminal = true;
        _cli.Variables["NO_COLOR"] = "1";
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            $$"""{"status":"stopped","vm-id":"abcdefgh","hint":"{{Nasty}}"}"""));
        Assert.Contains($"│ {Shown} │", (await _cli.RunAsync("stop-vm", "abcdefgh")).OutWithoutStyle);
    }

    [Fact]
    public async Task A_reason_of_many_lines_cannot_pass_for_another_message()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error(
            "start-failed", """qemu:\u001b[2J\tno disk\r\naetherscale-cli: all is well"""));
        Assert.Equal(
            "aetherscale-cli: qemu:\\x1b[2J no disk\n  aetherscale-cli: all is well (start-failed)\n",
            (await _cli.RunAsync("start-vm", "web")).Error);
    }

    [Fact]
    public async Task Json_is_escaped_for_the_terminal_and_means_the_same()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            $$"""{"status":"stopped","vm-id":"abcdefgh","hint":"{{Nasty}}"}"""));
        var output = (await _cli.RunAsync("stop-vm", "abcdefgh", "-o", "json")).Out;
        Assert.True(output.TrimEnd('\n').All(c => c is >= ' ' and <= '~'), output);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(
            "a\e[31mb\u009b2Jc\u202ed\a\u007f[bold]e[/]\u2028\n",
            json.RootElement[0].GetProperty("response").GetProperty("hint").GetString());
    }

    [Fact]
    public void Escaped_text_holds_nothing_that_acts_on_a_terminal() =>
        Gen.String[Gen.Char, 0, 40].Sample(text =>
        {
            var safe = TerminalText.Escape(text);
            return safe.EnumerateRunes().All(rune => System.Text.Rune.GetUnicodeCategory(rune)
                is not (System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format));
        });

    [Fact]
    public void Json_escaped_for_the_terminal_keeps_its_value() =>
        Gen.String[Gen.Char['\0', '\ud7ff'], 0, 40].Sample(text =>
        {
            var json = JsonSerializer.Serialize(text, TextJson.Default.String);
            return JsonSerializer.Deserialize(TerminalText.EscapeJson(json), TextJson.Default.String) == text;
        });
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;

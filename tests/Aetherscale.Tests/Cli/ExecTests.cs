using System.Text;
using System.Text.Json.Nodes;

namespace Aetherscale.Tests.Cli;

/// <summary><c>exec</c>, and what stands on it: <c>copy</c>.</summary>
public sealed class ExecTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Words_and_input_go_as_they_are_and_outputs_and_exit_code_come_back()
    {
        _cli.Input = new MemoryStream("typed"u8.ToArray());
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"exit-code\":7", "out\0\n", "oops\n"));
        Assert.Equal(new CliResult(7, "out\0\n", "oops\n"), await _cli.RunAsync("exec", "web", "--", "ls", "-l", "--output", "a b"));
        Assert.Contains("""{"vm-id":"web","command":["ls","-l","--output","a b"],"input":"dHlwZWQ="}""", daemon.Bodies.Single());
    }

    [Fact]
    public async Task A_signal_counts_as_a_shell_counts_it()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"signal\":9", "", ""));
        Assert.Equal(137, (await _cli.RunAsync("exec", "-n", "web", "sleep", "9")).Code);
    }

    [Fact]
    public async Task Json_is_the_reply_and_the_exit_code_the_programs()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"exit-code\":3", "x", ""));
        var result = await _cli.RunAsync("--output", "json", "exec", "web", "false");
        Assert.Equal(3, result.Code);
        Assert.Contains("\"stdout\":\"eA==\"", result.Out);
    }

    [Fact]
    public async Task A_guest_without_an_agent_is_1()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("agent-unavailable", "install qemu-guest-agent"));
        Assert.Equal(
            new CliResult(1, "", "aetherscale-cli: install qemu-guest-agent (agent-unavailable)\n"), await _cli.RunAsync("exec", "web", "true"));
    }

    [Fact]
    public async Task Too_long_an_input_is_not_sent()
    {
        _cli.Input = new MemoryStream(new byte[(512 * 1024) + 1]);
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => throw new InvalidOperationException());
        Assert.Equal(2, (await _cli.RunAsync("exec", "web", "cat")).Code);
        Assert.Empty(daemon.Bodies);
    }

    [Fact]
    public async Task A_long_file_goes_in_in_pieces_and_is_moved_into_place()
    {
        var file = Path.Join(_cli.Root, "big");
        await File.WriteAllBytesAsync(file, new byte[1_000_000], TestContext.Current.CancellationToken);
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"exit-code\":0", "", ""));
        Assert.Equal(new CliResult(0, "", ""), await _cli.RunAsync("copy", file, "web:/root/it's"));
        var commands = daemon.Bodies.Select(body => JsonNode.Parse(body)!["options"]!).ToList();
        Assert.Equal([393216, 393216, 213568, 0], commands.Select(options => Convert.FromBase64String((string)options["input"]!).Length));
        Assert.All(commands, options => Assert.StartsWith("/root/it's.r", (string)options["command"]![4]!));
        Assert.Equal("/root/it's", (string)commands[^1]["command"]![5]!);
    }

    [Fact]
    public async Task A_file_comes_out_in_pieces_and_whole()
    {
        var pieces = new Queue<byte[]>([new byte[1024 * 1024], Encoding.ASCII.GetBytes("end")]);
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => Envelopes.Success($$"""{"vm-id":"abcdefgh","exit-code":0,"stdout":"{{Convert.ToBase64String(pieces.Dequeue())}}","stderr":""}"""));
        var file = Path.Join(_cli.Root, "out");
        Assert.Equal(new CliResult(0, "", ""), await _cli.RunAsync("copy", "web:/var/big", file));
        Assert.Equal((1024 * 1024) + 3, new FileInfo(file).Length);
    }

    [Fact]
    public async Task A_person_at_a_terminal_sees_how_far_a_copy_is()
    {
        _cli.ErrorIsTerminal = true;
        var answers = new Queue<string>(["4\n", "0123"]);
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"exit-code\":0", answers.Dequeue(), ""));
        var file = Path.Join(_cli.Root, "out");

        var result = await _cli.RunAsync("copy", "web:/x", file);

        Assert.Equal("\r\e[Kcopying: 4 B of 4 B, 100%\r\e[K", result.Error);
        Assert.Equal("0123", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_is_not_copied_and_the_way_to_do_that_is_told()
    {
        Assert.Equal(
            new CliResult(1, "", $"aetherscale-cli: {_cli.Root} cannot be opened: it is a folder; for folders there is scp -r, with ssh-config\n"),
            await _cli.RunAsync("copy", _cli.Root, "web:/x"));
    }

    [Fact]
    public async Task What_the_guest_cannot_read_is_told_and_leaves_nothing()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => End("\"exit-code\":1", "", "/x is no file\n"));
        var file = Path.Join(_cli.Root, "out");
        Assert.Equal(new CliResult(1, "", "aetherscale-cli: web: /x is no file\n"), await _cli.RunAsync("copy", "web:/x", file));
        Assert.Empty(Directory.GetFiles(_cli.Root));
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("web:/a", "db:/b")]
    [InlineData("web:a", "b")]
    public async Task A_copy_has_one_side_in_a_guest(string from, string to) => Assert.Equal(2, (await _cli.RunAsync("copy", from, to)).Code);

    private static string End(string how, string output, string error) => Envelopes.Success(
        $$"""{"vm-id":"abcdefgh",{{how}},"stdout":"{{Encode(output)}}","stderr":"{{Encode(error)}}"}""");

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}

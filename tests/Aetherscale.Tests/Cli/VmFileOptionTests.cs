namespace Aetherscale.Tests.Cli;

/// <summary>create-vm --file beside the other options, and show-vm --output yaml.</summary>
public sealed class VmFileOptionTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("-f {0}", """{"image":"tiny","name":"web","memory":2048,"ssh-keys":["ssh-ed25519 A"],"no-start":true}""")]
    [InlineData(
        "--file {0} --image other --name db --memory 64 --disk 2G --ssh-key none --hostname h --autostart never --no-start=false",
        """{"image":"other","name":"db","memory":64,"disk":2048,"hostname":"h","no-start":false,"autostart":"never"}""")]
    public async Task Options_go_before_what_the_file_says(string words, string options)
    {
        CliSandbox.Write(Path.Join(_cli.Root, "home/.ssh/id_rsa.pub"), "ssh-rsa MINE\n");
        var file = Write("image: tiny\nname: web\nmemory: 2G\nssh-keys: [ssh-ed25519 A]\nno-start: true\n");
        Assert.Equal(options, await OptionsAsync(string.Format(null, words, file).Split(' ')));
    }

    [Fact]
    public async Task Without_keys_in_the_file_ones_own_go_along_and_an_empty_list_is_none()
    {
        CliSandbox.Write(Path.Join(_cli.Root, "home/.ssh/id_rsa.pub"), "ssh-rsa MINE\n");
        Assert.Equal("""{"image":"tiny","ssh-keys":["ssh-rsa MINE"],"no-start":false}""", await OptionsAsync("-f", Write("image: tiny\n")));
        Assert.Equal("""{"image":"tiny","no-start":false}""", await OptionsAsync("-f", Write("image: tiny\nssh-keys: []\n")));
    }

    [Fact]
    public async Task A_dash_is_standard_input_which_is_read_once()
    {
        _cli.Input = new MemoryStream("image: tiny\n"u8.ToArray());
        Assert.Equal("""{"image":"tiny","no-start":false}""", await OptionsAsync("-f", "-"));
        _cli.Input = new MemoryStream("image: tiny\n"u8.ToArray());
        Assert.Equal(
            new CliResult(2, "", "aetherscale-cli: standard input (-) is named twice, and can be read once only; put one of the texts into a file\n"),
            await _cli.RunAsync("create-vm", "-f", "-", "--user-data", "-"));
    }

    [Fact]
    public async Task A_wrong_file_is_2_names_the_place_and_sends_nothing()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var file = Write("image: tiny\n\"a\\e[31m\": 1\n");
        var result = await _cli.RunAsync("create-vm", "-f", file);
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.StartsWith($"aetherscale-cli: {file}:2:1: unknown key \"a\\x1b[31m\"; write one of image, name, cpus, memory, disk, ", result.Error);

        _cli.Input = new MemoryStream("image: tiny\ncpus: 0\n"u8.ToArray());
        Assert.Equal(
            new CliResult(2, "", "aetherscale-cli: <stdin>:2:7: \"cpus\" takes a whole number from 1 to 255, not \"0\"\n"), await _cli.RunAsync("create-vm", "-f", "-"));

        var large = Write(new string('#', (1024 * 1024) + 1));
        Assert.Equal(new CliResult(2, "", $"aetherscale-cli: {large} has more than 1048576 bytes\n"), await _cli.RunAsync("create-vm", "-f", large));
        Assert.Empty(daemon.Bodies);
    }

    [Fact]
    public async Task The_daemons_definition_is_printed_as_a_file()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """{"vm-id":"abcdefgh","status":"running","unit":"u","unit-file":"f","definition":{"image":"tiny","name":"web","memory":2048,"no-start":false}}"""));
        Assert.Equal(new CliResult(0, "image: tiny\nname: web\nmemory: 2G\nssh-keys: []\n", ""), await _cli.RunAsync("show-vm", "web", "-o", "yaml"));
    }

    private string Write(string text)
    {
        var path = Path.Join(_cli.Root, "vm.yaml");
        CliSandbox.Write(path, text);
        return path;
    }

    private async Task<string> OptionsAsync(params string[] words)
    {
        if (File.Exists(_cli.OwnSocket))
        {
            File.Delete(_cli.OwnSocket);
        }

        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("no-space", "disk full"));
        await _cli.RunAsync(["create-vm", .. words]);
        const string Begin = """{"command":"create-vm","options":""";
        var body = Assert.Single(daemon.Bodies);
        return body[Begin.Length..body.IndexOf(""","request-id":""", StringComparison.Ordinal)];
    }
}

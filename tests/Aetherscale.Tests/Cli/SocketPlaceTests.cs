namespace Aetherscale.Tests.Cli;

public sealed class SocketPlaceTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    /// <summary>Takes one source after the other away, the strongest first.</summary>
    [Fact]
    public async Task The_first_place_that_applies_wins()
    {
        string[] names = ["option", "variable", "user", "own", "machine"];
        List<ScriptedDaemon> daemons = [];
        foreach (var name in names)
        {
            daemons.Add(ScriptedDaemon.Replying(
                name == "own" ? _cli.OwnSocket : Path.Join(_cli.Root, name), _ => Envelopes.Success("[]")));
        }

        _cli.Variables["AETHERSCALE_SOCKET"] = Path.Join(_cli.Root, "variable");
        CliSandbox.Write(_cli.UserConfig, Settings("user"));
        CliSandbox.Write(_cli.MachineConfig, Settings("machine"));

        await _cli.RunAsync("list-vms", "--socket", Path.Join(_cli.Root, "option"));
        await _cli.RunAsync("list-vms");
        _cli.Variables["AETHERSCALE_SOCKET"] = "";
        await _cli.RunAsync("list-vms");
        File.Delete(_cli.UserConfig);
        await _cli.RunAsync("list-vms");
        File.Delete(_cli.OwnSocket);
        await _cli.RunAsync("list-vms");

        Assert.Equal([1, 1, 1, 1, 1], daemons.Select(daemon => daemon.Bodies.Count));
        File.Delete(_cli.MachineConfig);
        Assert.StartsWith(
            $"aetherscale-cli: the daemon cannot be reached on {_cli.OwnSocket}:",
            (await _cli.RunAsync("list-vms")).Error, StringComparison.Ordinal);
        foreach (var daemon in daemons)
        {
            await daemon.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false, true, 0, 1)]
    [InlineData(true, true, 0, 0)]
    [InlineData(false, false, 3, 0)]
    public async Task Who_has_no_daemon_of_their_own_asks_the_machine_s_if_they_may(bool hasOwn, bool may, int code, int asked)
    {
        _cli.MayUseSystemSocket = may;
        await using var machine = ScriptedDaemon.Replying(_cli.SystemSocket, _ => Envelopes.Success("[]"));
        await using var user = hasOwn ? ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]")) : null;

        Assert.Equal(code, (await _cli.RunAsync("list-vms")).Code);
        Assert.Equal(asked, machine.Bodies.Count);
    }

    [Fact]
    public async Task The_line_may_say_whose_daemon_is_asked()
    {
        await using var machine = ScriptedDaemon.Replying(_cli.SystemSocket, _ => Envelopes.Success("[]"));
        await using var user = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));
        _cli.Variables["AETHERSCALE_SOCKET"] = "/nowhere";

        Assert.Equal(0, (await _cli.RunAsync("--system", "list-vms")).Code);
        Assert.Equal(0, (await _cli.RunAsync("list-vms", "--system")).Code);
        Assert.Equal(0, (await _cli.RunAsync("--user", "list-vms")).Code);
        Assert.Equal((1, 2), (user.Bodies.Count, machine.Bodies.Count));
        Assert.Equal(
            new CliResult(2, "", "aetherscale-cli: --system and --user exclude each other: the daemon is asked by one of them\n"),
            await _cli.RunAsync("--system", "--user", "list-vms"));
    }

    [Fact]
    public async Task Without_XDG_RUNTIME_DIR_the_user_s_own_runtime_folder_counts()
    {
        _cli.Variables.Remove("XDG_RUNTIME_DIR");
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);
    }

    [Fact]
    public async Task XDG_CONFIG_HOME_moves_the_user_s_settings()
    {
        _cli.Variables["XDG_CONFIG_HOME"] = Path.Join(_cli.Root, "cfg");
        CliSandbox.Write(Path.Join(_cli.Root, "cfg", "aetherscale", "config.toml"), Settings("user"));
        await using var daemon = ScriptedDaemon.Replying(Path.Join(_cli.Root, "user"), _ => Envelopes.Success("[]"));
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);
    }

    [Fact]
    public async Task The_daemon_s_own_settings_are_passed_over()
    {
        CliSandbox.Write(
            _cli.UserConfig,
            "default-memory-mib = 512\nstop-grace-seconds = 9\n[network]\nx = { y = [1, 2] }\n"
            + $"[client]\nlater = true\nsocket = '{_cli.Root}/user'\n");
        await using var daemon = ScriptedDaemon.Replying(Path.Join(_cli.Root, "user"), _ => Envelopes.Success("[]"));
        Assert.Equal(0, (await _cli.RunAsync("list-vms")).Code);
    }

    [Theory]
    [InlineData("a = 1\n[client\nsocket = 'x'\n", ":2:8: ")]
    [InlineData("[client]\nsocket = 5\n", ":2:10: ")]
    [InlineData("[client]\nsocket = \"/a\"\nsocket = \"/b\"\n", ":3:10: ")]
    [InlineData("[client]\nsocket = \"relative\"\n", ": [client] socket must be an absolute path, not \"relative\"\n")]
    public async Task Wrong_settings_are_2_and_name_the_place(string toml, string place)
    {
        CliSandbox.Write(_cli.UserConfig, toml);
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal(2, result.Code);
        Assert.StartsWith($"aetherscale-cli: {_cli.UserConfig}{place}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" : error", result.Error); // the parser's own way to name the place
    }

    [Fact]
    public async Task Settings_that_cannot_be_read_are_2_and_not_taken_for_absent()
    {
        Directory.CreateDirectory(_cli.UserConfig); // root may read every file, so a folder stands in its place
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal(2, result.Code);
        Assert.Contains("settings cannot be read", result.Error);
        Assert.Contains(_cli.UserConfig, result.Error);
    }

    [Fact]
    public async Task A_path_that_no_socket_can_have_is_2()
    {
        var path = "/" + new string('x', 107);
        Assert.Equal(
            new CliResult(
                2,
                "",
                $"aetherscale-cli: the socket's path is longer than 107 bytes, which no socket can have: {path}\n"),
            await _cli.RunAsync("list-vms", "--socket", path));
    }

    private string Settings(string name) => $"[client]\nsocket = \"{Path.Join(_cli.Root, name)}\"\n";
}

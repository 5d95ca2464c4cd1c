namespace Aetherscale.Tests.Cli;

public sealed class DoctorTests : IDisposable
{
    private const string Ill =
        """
        {"status":"fail","findings":[{"check":"qemu","status":"ok","found":"7.2"},
        {"check":"linger","status":"fail","found":"off","mend":"sudo loginctl enable-linger ann"}]}
        """;

    private const string Well = """{"status":"warning","findings":[{"check":"clock","status":"warning","found":"not kept right"}]}""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("doctor", 1, Ill, "STATUS  CHECK   FOUND\nok      qemu    7.2\nfail    linger  off; do:  sudo loginctl enable-linger ann\n")]
    [InlineData("doctor --quiet", 1, Ill, "linger\n")]
    [InlineData("doctor", 0, Well, "STATUS   CHECK  FOUND\nwarning  clock  not kept right\n")]
    public async Task Each_finding_has_a_line_and_a_failure_the_exit_code_1(string line, int code, string response, string output)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(response));

        Assert.Equal(new CliResult(code, output, ""), await _cli.RunAsync(line.Split(' ')));
    }

    [Fact]
    public async Task Json_is_the_reply_and_has_the_same_exit_code()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(Well));

        var result = await _cli.RunAsync("doctor", "--output", "json");

        Assert.Equal((0, """[{"execution-info":{"status":"success","host":"h1"},"response":""" + Well + "}]\n"), (result.Code, result.Out));
    }

    [Fact]
    public async Task Without_a_daemon_it_looks_by_itself_for_the_reason()
    {
        var unit = Path.Join(_cli.Root, "home/.config/systemd/user/aetherscale.service");
        CliSandbox.Write(unit, "");
        _cli.Variables["USER"] = "ann";

        var result = await _cli.RunAsync("doctor");

        Assert.Equal(3, result.Code);
        Assert.Contains("there is no such socket", result.Error);
        Assert.Contains("systemctl --user start aetherscale.socket", result.Error);
        Assert.Equal(
            [
                "STATUS  CHECK    FOUND",
                $"fail    systemd  {_cli.Root}/run/1000 is missing: ann has no user manager here; do:  sudo loginctl enable-linger ann",
                $"ok      service  {unit}; what it said last:  journalctl --user -n 20 -u aetherscale",
            ],
            result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task For_root_it_looks_at_the_user_whose_socket_is_asked()
    {
        _cli.UserId = 0;
        CliSandbox.Write(_cli.MachineConfig, $"[client]\nsocket = \"{_cli.Root}/run/1/aetherscale/api.sock\"\n");

        Assert.Equal(
            [
                "STATUS  CHECK    FOUND",
                $"fail    systemd  {_cli.Root}/run/1 is missing: daemon has no user manager here; do:  loginctl enable-linger daemon",
                "fail    service  the daemon is not installed as a service of daemon",
            ],
            (await _cli.RunAsync("doctor")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        CliSandbox.Write(Path.Join(_cli.Root, "run/1/systemd/private"), "");
        Assert.Contains($"ok      systemd  the user manager has its socket in {_cli.Root}/run/1\n", (await _cli.RunAsync("doctor")).Out);
    }

    [Fact]
    public async Task Of_another_user_s_daemon_only_root_can_tell_more() =>
        Assert.Equal(
            "STATUS   CHECK    FOUND\nwarning  service  only root and daemon can see whether it is installed\n",
            (await _cli.RunAsync("--socket", $"{_cli.Root}/run/1/aetherscale/api.sock", "doctor")).Out);

    [Fact]
    public async Task Root_who_names_no_user_is_told_that_it_runs_no_daemon_itself()
    {
        _cli.UserId = 0;
        _cli.Variables.Remove("XDG_RUNTIME_DIR");

        Assert.Equal(
            "STATUS  CHECK    FOUND\nfail    service  a user's daemon never runs as root, and none of another user's is named; do:  ./run.sh\n",
            (await _cli.RunAsync("doctor")).Out);
    }

    [Fact]
    public async Task Root_is_told_commands_that_reach_the_systemd_of_the_daemon_s_user()
    {
        _cli.UserId = 0;
        var socket = $"{_cli.Root}/run/1/s";
        await using var daemon = ScriptedDaemon.Replying(
            socket,
            _ => Envelopes.Success("""
                {"status":"warning","findings":[{"check":"broker","status":"warning","found":"away","mend":"journalctl --user -n 20 -u aetherscale"}]}
                """));

        Assert.EndsWith("away; do:  runuser -u daemon -- journalctl --user -n 20 -u aetherscale\n", (await _cli.RunAsync("doctor", "--socket", socket)).Out);
    }

    [Fact]
    public async Task A_runtime_folder_without_a_manager_is_told_from_none()
    {
        Directory.CreateDirectory(Path.Join(_cli.Root, "run/1000"));
        Assert.Contains("no user manager answers", (await _cli.RunAsync("doctor")).Out);

        CliSandbox.Write(Path.Join(_cli.Root, "run/1000/systemd/private"), "");
        Assert.Contains("the user manager has its socket", (await _cli.RunAsync("doctor")).Out);
    }

    [Fact]
    public async Task To_programs_nothing_is_said_but_by_the_exit_code_and_on_standard_error()
    {
        var result = await _cli.RunAsync("doctor", "--output", "json");

        Assert.Equal((3, "[]\n"), (result.Code, result.Out));
    }
}

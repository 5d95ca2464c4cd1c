namespace Aetherscale.Tests.Cli;

public sealed class OutputTests : IDisposable
{
    private const string Started = """{"status":"starting","vm-id":"abcdefgh","name":"web"}""";
    private const string Hinted = """{"status":"stopped","vm-id":"abcdefgh","hint":"VM \"abcdefgh\" was not running"}""";

    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("create-vm --image tiny", Started, "VM-ID     NAME  STATUS\nabcdefgh  web   starting\n")]
    [InlineData("create-vm --image tiny --quiet", Started, "abcdefgh\n")]
    [InlineData("start-vm web -q", Started, "")]
    [InlineData(
        "stop-vm abcdefgh", Hinted,
        "VM-ID     NAME  STATUS   HINT\nabcdefgh  -     stopped  VM \"abcdefgh\" was not running\n")]
    [InlineData(
        "wait-vm web --for ip", """{"status":"running","vm-id":"abcdefgh","name":"web","address":"10.77.0.2"}""",
        "VM-ID     NAME  STATUS   ADDRESS\nabcdefgh  web   running  10.77.0.2\n")]
    [InlineData("wait-vm web --for ip --quiet", """{"status":"running","vm-id":"abcdefgh"}""", "")]
    [InlineData("list-vms", "[]", "VM-ID  NAME  STATUS  ADDRESS  IMAGE  CPUS  MEMORY  AUTOSTART\n")]
    [InlineData("list-vms --quiet", "[]", "")]
    [InlineData("list-vms -o json", "[]", """[{"execution-info":{"status":"success","host":"h1"},"response":[]}]""" + "\n")]
    public async Task Piped_answers_are_plain(string line, string response, string output)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(response));
        Assert.Equal(new CliResult(0, output, ""), await _cli.RunAsync(line.Split(' ')));
    }

    [Fact]
    public async Task A_piped_list_stands_in_columns_that_awk_can_count()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal(
            """
            VM-ID     NAME  STATUS   ADDRESS    IMAGE  CPUS  MEMORY  AUTOSTART
            abcdefgh  web   running  10.76.0.2  tiny   2     4096M   yes
            ygjpppvk  -     stopped  10.76.0.3  tiny   1     512M    no

            """,
            result.Out);
    }

    [Theory]
    [InlineData("create-vm --image tiny", "VM-ID     NAME  STATUS\nabcdefgh  -     starting\n", "hint: linger!\n")]
    [InlineData("start-vm abcdefgh", "VM-ID     NAME  STATUS\nabcdefgh  -     starting\n", "hint: linger!\n")]
    [InlineData("create-vm --image tiny --quiet", "abcdefgh\n", "")]
    public async Task Advice_goes_to_standard_error_and_leaves_the_table_as_it_is(string line, string output, string error)
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => Envelopes.Success("""{"status":"starting","vm-id":"abcdefgh","hint":"linger!"}"""));
        Assert.Equal(new CliResult(0, output, error), await _cli.RunAsync(line.Split(' ')));
    }

    [Theory]
    [InlineData("true", "", "yes")]
    [InlineData("false", "", "no")]
    [InlineData("true", "always", "always")]
    [InlineData("false", "never", "never")]
    [InlineData("false", "always", "no")]
    [InlineData("true", "never", "yes")]
    [InlineData("true", "last-state", "yes")]
    public async Task A_list_names_the_policy_behind_an_autostart_where_it_is_the_reason(string fact, string policy, string shown)
    {
        var member = policy.Length == 0 ? "" : $",\"autostart-policy\":\"{policy}\"";
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => Envelopes.Success($$"""[{"vm-id":"abcdefgh","status":"stopped","autostart":{{fact}}{{member}}}]"""));
        Assert.Equal(shown, (await _cli.RunAsync("list-vms")).Out.TrimEnd().Split(' ')[^1]);
    }

    [Fact]
    public async Task A_list_on_a_terminal_has_lines_and_no_colours_when_told_so()
    {
        _cli.OutputIsTerminal = true;
        _cli.Variables["NO_COLOR"] = "1";
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync("list-vms");
        Assert.Equal(
            """
            ╭──────────┬──────┬─────────┬───────────┬───────┬──────┬────────┬───────────╮
            │ VM-ID    │ NAME │ STATUS  │ ADDRESS   │ IMAGE │ CPUS │ MEMORY │ AUTOSTART │
            ├──────────┼──────┼─────────┼───────────┼───────┼──────┼────────┼───────────┤
            │ abcdefgh │ web  │ running │ 10.76.0.2 │ tiny  │ 2    │ 4096M  │ yes       │
            │ ygjpppvk │      │ stopped │ 10.76.0.3 │ tiny  │ 1    │ 512M   │ no        │
            ╰──────────┴──────┴─────────┴───────────┴───────┴──────┴────────┴───────────╯

            """,
            result.OutWithoutStyle);
        Assert.DoesNotContain("\e[3", result.Out);
    }

    [Fact]
    public async Task A_terminal_shows_the_status_in_colour()
    {
        _cli.OutputIsTerminal = true;
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        Assert.Contains("\e[32mrunning\e[0m", (await _cli.RunAsync("list-vms")).Out);
    }

    [Fact]
    public async Task A_locale_without_Unicode_gets_ASCII_lines()
    {
        _cli.OutputIsTerminal = true;
        _cli.Variables["LC_ALL"] = "C";
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync("list-vms");
        Assert.True(result.Out.All(char.IsAscii), result.Out);
        Assert.Contains("+---", result.Out);
    }

    [Fact]
    public async Task A_dumb_terminal_gets_what_a_pipe_gets()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var piped = await _cli.RunAsync("list-vms");
        _cli.OutputIsTerminal = _cli.ErrorIsTerminal = true;
        _cli.Variables["TERM"] = "dumb";
        Assert.Equal(piped, await _cli.RunAsync("list-vms"));
    }

    [Fact]
    public async Task An_empty_list_tells_a_person_what_to_do()
    {
        _cli.OutputIsTerminal = true;
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));
        Assert.Equal(
            new CliResult(0, "There are no VMs yet. Make one:  aetherscale-cli create-vm --image IMAGE\n", ""),
            await _cli.RunAsync("list-vms"));
    }

    [Fact]
    public async Task Show_vm_tells_each_known_fact_under_its_name_on_the_wire()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """
            {"vm-id":"abcdefgh","status":"broken","hint":"its disk is missing","created":"2026-01-02T03:04:05.678+02:00",
            "restarts":0,"autostart":true,"memory":4096,"unit":"aetherscale-vm-abcdefgh.service","unit-file":"/u/x y.service"}
            """));
        Assert.Equal(
            """
            vm-id      abcdefgh
            status     broken
            hint       its disk is missing
            memory     4096M
            autostart  yes
            created    2026-01-02T01:04:05Z
            restarts   0
            unit       aetherscale-vm-abcdefgh.service
            unit-file  /u/x y.service

            """,
            (await _cli.RunAsync("show-vm", "abcdefgh")).Out);
    }

    [Fact]
    public async Task Json_holds_all_replies_in_the_order_of_the_words_errors_too()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, body => body.Contains("\"web\"", StringComparison.Ordinal)
            ? Envelopes.Success("""{"status":"deleted","vm-id":"abcdefgh","name":"web"}""")
            : Envelopes.Error("vm-not-found", "VM \\\"x\\\" does not exist"));
        var result = await _cli.RunAsync("delete-vm", "x", "web", "--output", "json");
        Assert.Equal(
            new CliResult(
                1,
                """[{"execution-info":{"status":"error","host":"h1","code":"vm-not-found","reason":"VM \"x\" does not exist"}},"""
                + """{"execution-info":{"status":"success","host":"h1"},"response":{"status":"deleted","vm-id":"abcdefgh","name":"web"}}]"""
                + "\n",
                ""),
            result);
    }

    [Fact]
    public async Task Json_on_a_terminal_is_set_out_over_lines()
    {
        _cli.OutputIsTerminal = true;
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success("[]"));
        Assert.Equal(
            """
            [
              {
                "execution-info": {
                  "status": "success",
                  "host": "h1"
                },
                "response": []
              }
            ]

            """,
            (await _cli.RunAsync("list-vms", "-o", "json")).Out);
    }

    [Fact]
    public async Task A_newer_daemon_may_say_more()
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket,
            _ => """{"execution-info":{"status":"success","new":1},"response":{"status":"stopped","vm-id":"abcdefgh","more":[1]}}""");
        Assert.Equal(
            new CliResult(0, "VM-ID     NAME  STATUS\nabcdefgh  -     stopped\n", ""), await _cli.RunAsync("stop-vm", "abcdefgh"));
    }
}

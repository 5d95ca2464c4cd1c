using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Cli;

/// <summary>What the program has to say of several hosts, and to them.</summary>
public sealed class HostTests : IDisposable
{
    private const string Hosts = """
        [{"host":"h1","status":"alive","version":"0.1.0","labels":["ssd","zone=a"],"cpus":8,"cpus-used":3,"memory":14745,"memory-used":1536,"disk":409600,"disk-used":20480,"vms":3,"last-seen":"2000-01-01T00:00:00Z"},{"host":"h3","status":"unreachable","vms":1,"last-seen":"1999-12-31T23:55:00Z"}]
        """;

    private readonly CliSandbox _cli = new() { Time = new FakeTimeProvider() };

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("list-hosts", """{"command":"list-hosts","request-id":"r1"}""")]
    [InlineData("show-host", """{"command":"show-host","options":{},"request-id":"r1"}""")]
    [InlineData("show-host h2", """{"command":"show-host","options":{"host":"h2"},"request-id":"r1"}""")]
    [InlineData("cordon-host h2", """{"command":"cordon-host","options":{"host":"h2"},"request-id":"r1"}""")]
    [InlineData("uncordon-host h2", """{"command":"uncordon-host","options":{"host":"h2"},"request-id":"r1"}""")]
    [InlineData("forget-host h2", """{"command":"forget-host","options":{"host":"h2"},"request-id":"r1"}""")]
    [InlineData("stop-vm web --kill --host H-2.x", """{"command":"stop-vm","options":{"vm-id":"web","wait":true,"kill":true},"request-id":"r1","host":"H-2.x"}""")]
    [InlineData("--deadline 90s list-vms", """{"command":"list-vms","request-id":"r1","deadline":"2000-01-01T00:01:30.000Z"}""")]
    [InlineData(
        "create-vm --image tiny --label ssd --label zone=a --wait --deadline 24h",
        """{"command":"create-vm","options":{"image":"tiny","no-start":false,"labels":["ssd","zone=a"],"wait":true},"request-id":"r1","deadline":"2000-01-02T00:00:00.000Z"}""")]
    [InlineData("list-vms --status running --name web", """{"command":"list-vms","options":{"status":"running","name":"web"},"request-id":"r1"}""")]
    [InlineData("list-vms --image tiny --fleet", """{"command":"list-vms","options":{"image":"tiny","fleet":true},"request-id":"r1"}""")]
    public async Task A_request_says_for_whom_it_is_and_until_when(string line, string body)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("no-capacity", "h1: memory"));
        var result = await _cli.RunAsync(line.Split(' '));

        Assert.Equal([body], daemon.Bodies);
        Assert.Equal(new CliResult(1, "", "aetherscale-cli: h1: memory (no-capacity)\n"), result);
    }

    [Theory]
    [InlineData("list-vms --host two_words", "--host takes")]
    [InlineData("list-vms --deadline 0s", "--deadline takes 30s")]
    [InlineData("list-vms --deadline 31d", "--deadline takes 30s")]
    [InlineData("list-vms --deadline soon", "--deadline takes 30s")]
    [InlineData("create-vm --image tiny --label SSD", "--label takes a word or key=value")]
    [InlineData("cordon-host", "HOST is missing")]
    [InlineData("cordon-host h1 h2", "h2")]
    [InlineData("connect web 22 --host h2", "--host does not go with streams over a socket")]
    public async Task What_cannot_be_meant_is_not_sent(string line, string part)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        var result = await _cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.Contains(part, result.Error);
        Assert.Empty(daemon.Bodies);
    }

    [Fact]
    public async Task A_list_of_hosts_has_what_is_used_of_what_there_is()
    {
        await using var daemon = ScriptedDaemon.Replying(
            _cli.OwnSocket, _ => $$$"""{"execution-info":{"status":"success","host":"h1","unanswered":["h3"]},"response":{{{Hosts}}}}""");

        Assert.Equal(
            new CliResult(
                0,
                """
                HOST  STATUS       VMS  CPUS  MEMORY          DISK              LABELS      VERSION  LAST-SEEN
                h1    alive        3    3/8   1.5GiB/14.4GiB  20.0GiB/400.0GiB  ssd,zone=a  0.1.0    0s
                h3    unreachable  1    -     -               -                 -           -        5m

                """,
                "hint: hosts that did not answer: h3\n"),
            await _cli.RunAsync("list-hosts"));
        Assert.Equal("h1\nh3\n", (await _cli.RunAsync("list-hosts", "--quiet")).Out);
        Assert.Contains("\"unanswered\":[\"h3\"]", (await _cli.RunAsync("list-hosts", "--output", "json")).Out);
    }

    [Fact]
    public async Task Each_known_fact_of_a_host_stands_under_its_name_on_the_wire()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """{"host":"h1","status":"cordoned","labels":["ssd","zone=a"],"cpus":8,"cpus-used":0,"memory":512,"disk-free":2048,"accelerator":"tcg","started":"2000-01-01T02:00:00+02:00","expired":0,"waiting":2}"""));

        Assert.Equal(
            """
            host         h1
            status       cordoned
            labels       ssd, zone=a
            cpus         8
            cpus-used    0
            memory       512M (512.0 MiB)
            disk-free    2048M (2.0 GiB)
            accelerator  tcg
            started      2000-01-01T00:00:00Z
            expired      0
            waiting      2

            """,
            (await _cli.RunAsync("show-host", "h1")).Out);
        Assert.Equal("HOST  STATUS\nh1    cordoned\n", (await _cli.RunAsync("cordon-host", "h1")).Out);
    }

    [Fact]
    public async Task A_list_of_VMs_has_their_hosts_where_they_are_told()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, body => body.Contains("\"r1\"", StringComparison.Ordinal)
            ? Envelopes.Success("""[{"vm-id":"abcdefgh","name":"web","host":"h1","status":"running"},{"vm-id":"ygjpppvk","host":"h3","status":"unreachable","hint":"as of 5 min ago"}]""")
            : Envelopes.Success("""[{"vm-id":"abcdefgh","host":"h1","status":"running"}]"""));

        Assert.Equal(
            """
            VM-ID     NAME  STATUS       ADDRESS  IMAGE  CPUS  MEMORY  AUTOSTART  HOST  HINT
            abcdefgh  web   running      -        -      -     -       -          h1    -
            ygjpppvk  -     unreachable  -        -      -     -       -          h3    as of 5 min ago

            """,
            (await _cli.RunAsync("list-vms")).Out);
        Assert.Equal(
            "VM-ID     NAME  STATUS   ADDRESS  IMAGE  CPUS  MEMORY  AUTOSTART  HOST\nabcdefgh  -     running  -        -      -     -       -          h1\n",
            (await _cli.RunAsync("list-vms")).Out);
    }

    [Fact]
    public async Task A_command_that_waits_for_its_host_tells_which_and_until_when()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(
            """{"status":"parked","vm-id":"abcdefgh","name":"web","host":"h3","until":"2000-01-01T00:10:00Z"}"""));

        Assert.Equal(
            new CliResult(0, "VM-ID     NAME  STATUS  HOST  UNTIL\nabcdefgh  web   parked  h3    2000-01-01T00:10:00Z\n", ""),
            await _cli.RunAsync("start-vm", "web", "--deadline", "10m"));
    }

    [Theory]
    [InlineData("cordon-host h1", "h1\n")]
    [InlineData("show-host h3", "h3\n")]
    [InlineData("stop-vm web --host ", "h1\nh3\n")]
    [InlineData("list-vms --status unr", "unreachable\n")]
    public async Task Hosts_are_completed(string line, string words)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Success(Hosts));
        Assert.Equal(new CliResult(0, words, ""), await _cli.RunAsync($"[suggest:{line.Length}]", line));
    }
}

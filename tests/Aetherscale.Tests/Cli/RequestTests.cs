namespace Aetherscale.Tests.Cli;

public sealed class RequestTests : IDisposable
{
    private readonly CliSandbox _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(
        "create-vm --image tiny",
        """{"command":"create-vm","options":{"image":"tiny","no-start":false},"request-id":"r1"}""")]
    [InlineData(
        "create-vm --image ubuntu_base --name web --cpus 2 --memory 1.5G --no-start",
        """{"command":"create-vm","options":{"image":"ubuntu_base","name":"web","cpus":2,"memory":1536,"no-start":true},"request-id":"r1"}""")]
    [InlineData("start-vm web", """{"command":"start-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("start-vm --vm-id web", """{"command":"start-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("stop-vm web", """{"command":"stop-vm","options":{"vm-id":"web","wait":true,"kill":false},"request-id":"r1"}""")]
    [InlineData(
        "stop-vm --vm-id cxzafamg --timeout 10",
        """{"command":"stop-vm","options":{"vm-id":"cxzafamg","wait":true,"timeout":10,"kill":false},"request-id":"r1"}""")]
    [InlineData(
        "stop-vm --no-wait web",
        """{"command":"stop-vm","options":{"vm-id":"web","wait":false,"kill":false},"request-id":"r1"}""")]
    [InlineData(
        "stop-vm web --kill", """{"command":"stop-vm","options":{"vm-id":"web","wait":true,"kill":true},"request-id":"r1"}""")]
    [InlineData(
        "create-vm --image tiny --autostart always --restart never --enable-linger",
        """{"command":"create-vm","options":{"image":"tiny","no-start":false,"autostart":"always","restart":"never","enable-linger":true},"request-id":"r1"}""")]
    [InlineData(
        "create-vm --image tiny --firmware uefi", """{"command":"create-vm","options":{"image":"tiny","firmware":"uefi","no-start":false},"request-id":"r1"}""")]
    [InlineData(
        "create-vm --image tiny --graphics vnc", """{"command":"create-vm","options":{"image":"tiny","graphics":"vnc","no-start":false},"request-id":"r1"}""")]
    [InlineData("restart-vm web", """{"command":"restart-vm","options":{"vm-id":"web","hard":false},"request-id":"r1"}""")]
    [InlineData(
        "restart-vm web --timeout 10", """{"command":"restart-vm","options":{"vm-id":"web","timeout":10,"hard":false},"request-id":"r1"}""")]
    [InlineData("restart-vm --hard web", """{"command":"restart-vm","options":{"vm-id":"web","hard":true},"request-id":"r1"}""")]
    [InlineData("pause-vm web", """{"command":"pause-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("resume-vm web", """{"command":"resume-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("wait-vm web --for ssh", """{"command":"wait-vm","options":{"vm-id":"web","for":"ssh"},"request-id":"r1"}""")]
    [InlineData(
        "wait-vm --for port=80 --timeout 5 web",
        """{"command":"wait-vm","options":{"vm-id":"web","for":"port=80","timeout":5},"request-id":"r1"}""")]
    [InlineData("delete-vm --vm-id web", """{"command":"delete-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("list-vms", """{"command":"list-vms","request-id":"r1"}""")]
    [InlineData("show-vm web", """{"command":"show-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    [InlineData("show-vm web --output yaml", """{"command":"show-vm","options":{"vm-id":"web","definition":true},"request-id":"r1"}""")]
    [InlineData("--quiet show-vm --vm-id web", """{"command":"show-vm","options":{"vm-id":"web"},"request-id":"r1"}""")]
    public async Task Each_verb_sends_exactly_one_request(string line, string body)
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("no-space", "disk full"));
        var result = await _cli.RunAsync(line.Split(' '));
        Assert.Equal([body], daemon.Bodies);
        Assert.Equal(new CliResult(1, "", "aetherscale-cli: disk full (no-space)\n"), result);
    }

    [Fact]
    public async Task The_request_is_plain_HTTP_with_its_length()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.TwoVms);
        await _cli.RunAsync("list-vms");
        Assert.Equal(
            [
                "POST /v1/commands HTTP/1.1\r\nHost: aetherscale\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: 40",
            ],
            daemon.Heads);
    }

    [Fact]
    public async Task Words_beyond_ASCII_and_words_like_files_arrive_as_typed()
    {
        await using var daemon = ScriptedDaemon.Replying(_cli.OwnSocket, _ => Envelopes.Error("bad-name", "no"));
        CliSandbox.Write(Path.Join(_cli.Root, "words"), "list-vms");
        await _cli.RunAsync("create-vm", "--image", "@" + Path.Join(_cli.Root, "words"), "--name", "häuschen \"1\"\n");
        Assert.Equal(
            [
                $$"""{"command":"create-vm","options":{"image":"@{{_cli.Root}}/words","name":"häuschen \"1\"\n","no-start":false},"request-id":"r1"}""",
            ],
            daemon.Bodies);
    }

    [Fact]
    public async Task Several_VMs_are_stopped_side_by_side_each_once()
    {
        var all = new TaskCompletionSource();
        var waiting = 0;
        await using var daemon = ScriptedDaemon.Doing(_cli.OwnSocket, async (body, socket, cancel) =>
        {
            if (Interlocked.Increment(ref waiting) == 3)
            {
                all.SetResult(); // would never come if they were sent one after the other
            }

            await all.Task.WaitAsync(cancel);
            var vm = body.Split("\"vm-id\":\"")[1].Split('"')[0];
            var envelope = Envelopes.Success($$"""{"status":"stopped","vm-id":"{{vm}}"}""");
            await ScriptedDaemon.SendAsync(socket, ScriptedDaemon.Http(envelope), cancel);
        });
        var result = await _cli.RunAsync("stop-vm", "aaaaaaaa", "bbbbbbbb", "aaaaaaaa", "cccccccc");
        Assert.Equal(
            new CliResult(0, "VM-ID     NAME  STATUS\naaaaaaaa  -     stopped\nbbbbbbbb  -     stopped\ncccccccc  -     stopped\n", ""),
            result);
        Assert.Equal(3, daemon.Bodies.Count);
    }
}

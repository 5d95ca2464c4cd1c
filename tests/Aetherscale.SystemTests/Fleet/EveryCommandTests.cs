using System.Reflection;
using System.Text;
using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.SystemTests.Harness;
using Aetherscale.Tests.Images;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Every command that there is by every door that there is, and which host answers.</summary>
[Collection(FleetTests.Name)]
public class EveryCommandTests(Broker broker) : IAsyncLifetime
{
    private const string Web = """{"vm-id": "web"}""";
    private const string ToH2 = """, "host": "h2" """;

    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new();
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync($"{_folder.Path}/catalogue", $"debian:12 {_server["/debian-12.qcow2"]} SHA512SUMS\n");
        var polite = await File.ReadAllBytesAsync($"{TestEnvironment.Images}/polite.qcow2");
        _server.Files["/debian-12.qcow2"] = polite;
        _server.Files["/SHA512SUMS"] = Encoding.UTF8.GetBytes(CatalogueServer.Checksums("debian", "debian-12.qcow2", polite));
        _fleet = await TestFleet.StartAsync(
            broker, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { ["AETHERSCALE_CATALOGUE"] = $"{_folder.Path}/catalogue" })], "polite");
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <param name="Command">The command.</param>
    /// <param name="Options">Its options. <c>QUEUE</c> in them is a queue of the client's.</param>
    /// <param name="Answer">What is in the reply.</param>
    /// <param name="Host">Who answers; null: whoever was asked.</param>
    /// <param name="More">More members of the request.</param>
    private sealed record Call(string Command, string Options, string Answer, string? Host = "h2", string More = "");

    private Call[] Calls =>
    [
        new(CommandNames.CreateVm, """{"image": "polite", "name": "web"}""", "\"starting\"", More: ToH2),
        new(CommandNames.WaitVm, """{"vm-id": "web", "for": "running"}""", "\"running\""),
        new(CommandNames.ListVms, """{"fleet": true}""", "\"web\"", Host: null),
        new(CommandNames.ShowVm, Web, "\"running\""),
        new(CommandNames.WhyVm, Web, "\"created\""),
        new(CommandNames.LogsVm, Web, "\"lines\":["),
        new(CommandNames.Watch, """{"queue": "QUEUE", "vm-id": "web"}""", "amq.gen-"),
        new(CommandNames.Watch, """{"queue": "QUEUE"}""", "amq.gen-", Host: null),
        new(CommandNames.FollowLogs, """{"logs": {"vm-id": "web"}, "queue": "QUEUE"}""", "amq.gen-"),
        new(CommandNames.ConsoleVm, """{"vm-id": "web", "queue": "QUEUE"}""", "amq.gen-"),
        new(CommandNames.ConnectVm, """{"vm-id": "web", "port": 22, "queue": "QUEUE"}""", "\"connect-failed\""),
        new(CommandNames.ExecVm, """{"vm-id": "web", "command": ["true"], "timeout": 1}""", "\"agent-unavailable\""),
        new(CommandNames.ScreenshotVm, Web, "\"no-screen\""),
        new(CommandNames.PauseVm, Web, "\"paused\""),
        new(CommandNames.ResumeVm, Web, "\"running\""),
        new(CommandNames.RestartVm, """{"vm-id": "web", "hard": true}""", "\"starting\""),
        new(CommandNames.StopVm, """{"vm-id": "web", "kill": true}""", "\"killed\""),
        new(CommandNames.StartVm, Web, "\"starting\""),
        new(CommandNames.DeleteVm, Web, "\"deleted\""),
        new(CommandNames.PullImage, """{"image": "debian:12"}""", "\"debian_12\"", More: ToH2),
        new(CommandNames.ImportImage, $$"""{"name": "two", "url": "{{_server["/debian-12.qcow2"]}}"}""", "\"two\"", More: ToH2),
        new(CommandNames.ListImages, "{}", "\"debian_12\"", More: ToH2),
        new(CommandNames.ReadImage, """{"name": "polite"}""", "\"sha256:", More: ToH2),
        new(CommandNames.SendImage, """{"digest": "DIGEST", "queue": "QUEUE"}""", "amq.gen-", More: ToH2),
        new(CommandNames.CopyImage, """{"name": "two", "new-name": "three"}""", "\"three\"", More: ToH2),
        new(CommandNames.ShowImage, """{"name": "three"}""", "\"three\"", More: ToH2),
        new(CommandNames.DeleteImage, """{"name": "three"}""", "\"deleted\"", More: ToH2),
        new(CommandNames.DeleteImage, """{"name": "two"}""", "\"deleted\"", More: ToH2),
        new(CommandNames.DeleteImage, """{"name": "debian_12"}""", "\"deleted\"", More: ToH2),
        new(CommandNames.AddRemote, """{"name": "ours", "url": "http://127.0.0.1:1/"}""", "\"ours\"", More: ToH2),
        new(CommandNames.ListRemotes, "{}", "\"ours\"", More: ToH2),
        new(CommandNames.RemoveRemote, """{"name": "ours"}""", "\"deleted\"", More: ToH2),
        new(CommandNames.Doctor, "{}", "\"findings\":", More: ToH2),
        new(CommandNames.OfferVm, """{"image": "polite"}""", "\"has-image\":true", More: ToH2),
        new(CommandNames.ListHosts, "{}", "\"h3\"", Host: null),
        new(CommandNames.ShowHost, """{"host": "h2"}""", "\"host\":\"h2\",\"status\":\"alive\"", Host: null),
        new(CommandNames.CordonHost, """{"host": "h2"}""", "\"cordoned\""),
        new(CommandNames.UncordonHost, """{"host": "h2"}""", "\"alive\""),
        new(CommandNames.ForgetHost, """{"host": "h2"}""", "\"host-alive\"", Host: null),
    ];

    [Theory]
    [InlineData("vm-queue")]
    [InlineData("computing")]
    [InlineData("h2")]
    [InlineData("h1")]
    [InlineData("aetherscale.host.h2")]
    [InlineData("aetherscale.placement")]
    public async Task Every_command_is_answered_by_the_right_host(string door)
    {
        var all = typeof(CommandNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(all.Order(), Calls.Select(call => call.Command).Distinct().Order());
        var (byBroker, wrong) = (!door.StartsWith('h'), new List<string>());
        var asked = byBroker ? AmqpRoutes.HostOf(door) : door;
        var queue = await _fleet.Client.OwnQueueAsync();
        var digest = "";
        foreach (var call in Calls)
        {
            var isStream = call.Options.Contains("QUEUE");
            var options = call.Options.Replace("QUEUE", queue).Replace("DIGEST", digest);
            var reply = await AskAsync(door, call.Command, $$"""{"command": "{{call.Command}}", "options": {{options}}{{call.More}}}""");
            var host = reply.GetProperty("execution-info").GetProperty("host").GetString();
            var (answer, from) = isStream && !byBroker ? ("for requests by a broker", null)
                : AmqpRoutes.HostOf(door) is not null && call.Command is CommandNames.ListHosts or CommandNames.ForgetHost ? ("\"host\":\"h2\"", null) // by itself
                : (call.Answer, call.Host);
            if (!reply.GetRawText().Contains(answer) || ((from ?? asked) is { } due && host != due))
            {
                wrong.Add($"{call.Command}: {reply}");
            }

            digest = call.Command == CommandNames.ReadImage ? reply.GetProperty("response").GetProperty("digest").GetString()! : digest;
            if (call.Command is CommandNames.CreateVm or CommandNames.StartVm)
            {
                await IsUpAsync();
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task Every_verb_of_the_cli_finds_its_host_by_the_broker()
    {
        // Each with what it says; ! before it where it ends with an error.
        (string Line, string Says)[] lines =
        [
            ("--host h2 create-vm --image polite --name web", "starting"), ("wait-vm web --for running", "running"), ("list-vms", "h2"), ("show-vm web", "running"),
            ("why-vm web", "QEMU was started"), ("logs-vm web", "aetherscale: started"), ("exec web true", "!"), ("connect web 22", "!"), ("screenshot web", "!"),
            ("pause-vm web", "paused"), ("resume-vm web", "running"), ("restart-vm web --hard", "starting"), ("stop-vm web --kill", "killed"), ("start-vm web", "starting"),
            ("delete-vm web", "deleted"), ("show-vm web", "!does not exist on any host"),
            ("--host h2 pull-image debian:12", "debian_12"), ("--host h2 list-images", "debian_12"), ("--host h2 copy-image debian_12 two", "two"),
            ("--host h2 show-image two", "two"), ("--host h2 delete-image two debian_12", "deleted"),
            ("--host h2 add-remote ours http://127.0.0.1:1/", "ours"), ("--host h2 list-remotes", "ours"), ("--host h2 remove-remote ours", "deleted"),
            ("--host h2 doctor", "broker"), ("list-hosts", "h3"), ("show-host h2", "alive"), ("cordon-host h2", "cordoned"), ("--host h2 list-vms", ""),
            ("uncordon-host h2", "alive"), ("forget-host h2", "!is there"),
        ];
        var wrong = new List<string>();
        foreach (var (line, says) in lines)
        {
            var result = await _fleet["h1"].CliAsync(["--broker", _fleet.Url, .. line.Split(' ')]);
            if ((result.ExitCode != 0) != says.StartsWith('!') || !(result.Output + result.Error).Contains(says.TrimStart('!')))
            {
                wrong.Add($"{line}: {result}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(await _fleet.VmsAsync());
    }

    /// <summary>Started, and known to all by its name.</summary>
    private async Task IsUpAsync()
    {
        var id = Assert.Single(await _fleet.VmsAsync()).Id;
        await _fleet["h2"].WaitForConsoleAsync(id, "POLITE UP");
        await Wait.UntilAsync("the VM is known", async () => (await _fleet["h1"].SendAsync($$$"""{"command": "show-vm", "options": {{{Web}}}}""")).TryGetProperty("response", out _));
        await Wait.UntilAsync("the VM runs", async () => await _fleet["h2"].StatusAsync(id) == "running");
    }

    /// <summary>The queue for placement is for nothing but new VMs.</summary>
    private async Task<JsonElement> AskAsync(string door, string command, string body)
    {
        var route = door == AmqpRoutes.PlacementQueue && command != CommandNames.CreateVm ? AmqpRoutes.CommandQueue : door;
        return door.StartsWith('h') ? await _fleet[door].SendAsync(body)
            : await _fleet.Client.ReplyAsync(await (door == "computing" ? _fleet.Client.SendAsync(body, door, command) : _fleet.Client.SendAsync(body, "", route)), 30);
    }
}

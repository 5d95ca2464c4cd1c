using System.Security.Cryptography;
using Aetherscale.SystemTests.Access;
using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>What goes into a guest of another host, with a real one: programs and connections.</summary>
[Collection(FleetTests.Name)]
public sealed class GuestDoorsTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "tiny");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Programs_and_connections_reach_a_guest_of_another_host_by_the_broker()
    {
        var id = await _fleet["h2"].CreateAsync("tiny", """, "name": "web" """);
        await _fleet["h2"].WaitForConsoleAsync(id, "aetherscale tiny guest ready");
        string[] way = ["--broker", _fleet.Url];

        // Whoever takes it from the shared queue: with three of them it is mostly another host.
        for (var round = 0; round < 4; round++)
        {
            var ran = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale-cli", [.. way, "exec", "web", "--", "sh", "-c", "cat; hostname; exit 7"], _fleet["h1"].Settings, "typed\n");
            Assert.Equal(new ToolResult(7, "typed\nweb\n", ""), ran);
            Assert.Equal(new ToolResult(3, "typed\nweb\n", ""), await Ssh.RunAsync(_fleet["h1"], "web", "cat; hostname; exit 3", "typed\n", way));
        }

        var asked = await _fleet["h3"].CliAsync("exec", "web", "hostname");
        Assert.Equal("web\n", asked.Succeeded().Output);
        Assert.Contains("web", (await _fleet["h1"].CliAsync([.. way, "list-vms"])).Succeeded().Output);
        Assert.Contains("created", (await _fleet["h1"].CliAsync([.. way, "logs-vm", "web"])).Succeeded().Output);
    }

    [Fact]
    public async Task The_socket_of_any_host_leads_to_the_guests_of_all()
    {
        var id = await _fleet["h2"].CreateAsync("tiny", """, "name": "web" """);
        await _fleet["h2"].WaitForConsoleAsync(id, "aetherscale tiny guest ready");
        var (other, file) = (_fleet["h3"], $"{_fleet["h3"].Data}/sent");

        Assert.Equal(new ToolResult(3, "typed\nweb\n", ""), await Ssh.RunAsync(other, "web", "cat; hostname; exit 3", "typed\n"));

        // More than both windows hold, and an end of file before the answer.
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(3_000_000), TestContext.Current.CancellationToken);
        var sum = (await Tool.RunAsync("/usr/bin/sha256sum", file)).Succeeded().Output.Split(' ')[0];
        (await other.CliAsync("copy", file, "web:/tmp/sent")).Succeeded();
        Assert.StartsWith(sum, (await Ssh.RunAsync(other, "web", "cat /tmp/sent | sha256sum")).Succeeded().Output);
        (await other.CliAsync("copy", "web:/tmp/sent", $"{file}.back")).Succeeded();
        Assert.StartsWith(sum, (await Tool.RunAsync("/usr/bin/sha256sum", $"{file}.back")).Succeeded().Output);

        await using var console = RunningConsole.OnTerminal(other, "$cli console web");
        await console.ShowsAsync("Ctrl-] leaves it");
        await console.TypeAsync("\r");
        await console.ShowsAsync("web login:");
        await console.TypeAsync("\u001d");
        await console.EndsAsync(0);

        using var watch = other.StartCli("-o", "json", "watch", "web");
        using var log = other.StartCli("logs-vm", "web", "--follow");
        var (events, lines) = (watch.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), log.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await Wait.UntilAsync("they are followed", () => other.Count("watch from") + other.Count("follow-logs from") >= 2);
        await other.RunAsync("delete-vm", """{"vm-id": "web"}""");
        await log.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("deleted", await lines);
        (await Tool.RunAsync("/bin/kill", "-INT", $"{watch.Id}")).Succeeded();
        Assert.Contains("\"event\":\"deleted\"", await events);

        Assert.Contains("does not exist on any host", (await other.CliAsync("connect", "nobody", "22")).Error);
        await _fleet["h2"].CreateAsync("tiny", """, "name": "off", "no-start": true""");
        Assert.Contains("is stopped", (await other.CliAsync("console", "off")).Error);
    }
}

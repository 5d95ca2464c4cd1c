using System.Diagnostics;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary><c>watch</c> and <c>logs-vm --follow</c> over the broker, beside the same over the socket.</summary>
[Collection(BrokerTests.Name)]
public sealed partial class FollowTests(Broker broker) : IAsyncLifetime
{
    /// <summary>One each way for the stream, and one in which the daemon hears of the VMs of all hosts.</summary>
    private const int WatchQueues = 3;

    private string _virtualHost = "";
    private TestHost _host = null!;
    private string[] _daemonsOwn = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Url => broker.UrlOf(_virtualHost);

    public async ValueTask InitializeAsync()
    {
        _virtualHost = broker.NewVirtualHost();
        _host = await TestHost.StartAsync(new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = Url }, "polite");
        await _host.WaitForBrokerAsync();
        _daemonsOwn = [.. await PrivateQueuesAsync()];
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Watch_tells_the_same_by_both_ways_and_leaves_no_queue()
    {
        using var bySocket = _host.StartCli("-o", "json", "watch");
        using var byBroker = _host.StartCli("--broker", Url, "-o", "json", "watch");
        await Wait.UntilAsync("it is followed", async () => (await StreamQueuesAsync()).Count == WatchQueues);
        var first = bySocket.StandardOutput.ReadLineAsync(Cancellation).AsTask();

        // Its listening has begun when it hears of something.
        while (!first.IsCompleted)
        {
            await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{await _host.CreateAsync("polite", """, "no-start": true""")}}"}""");
        }

        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        foreach (var expected in (string[])["created", "started", "stopping", "stopped"])
        {
            var line = await NextOfAsync(byBroker, id);
            Assert.Contains($"\"event\":\"{expected}\"", line);

            // Where there may be many hosts, each event names its own.
            Assert.Matches(HostMember(), line);
            Assert.Equal(await NextOfAsync(bySocket, id), HostMember().Replace(line, ""));
        }

        (await Tool.RunAsync("/bin/kill", "-INT", $"{byBroker.Id}", $"{bySocket.Id}")).Succeeded();
        await byBroker.WaitForExitAsync(Cancellation);
        Assert.Equal(130, byBroker.ExitCode);
        await Wait.UntilAsync("the stream is gone", async () => (await StreamQueuesAsync()).Count == 0);
    }

    [Theory]
    [InlineData("--console", "POLITE UP")]
    [InlineData("--lines=3", "aetherscale: deleted: it was removed with its disk")]
    public async Task A_log_is_followed_until_its_vm_is_deleted(string option, string line)
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        using var log = _host.StartCli("--broker", Url, "logs-vm", id, "--follow", option);
        var output = log.StandardOutput.ReadToEndAsync(Cancellation);
        await Wait.UntilAsync("it is followed", async () => (await StreamQueuesAsync()).Count == 2);

        await _host.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");

        await log.WaitForExitAsync(Cancellation);
        Assert.Equal("", await log.StandardError.ReadToEndAsync(Cancellation));
        Assert.Equal(0, log.ExitCode);
        Assert.Contains(line, await output);
    }

    [Fact]
    public async Task A_reader_that_is_killed_is_noticed()
    {
        using var watch = _host.StartCli("--broker", Url, "watch");
        await Wait.UntilAsync("it is followed", async () => (await StreamQueuesAsync()).Count == WatchQueues);

        watch.Kill();

        await Wait.UntilAsync("the stream is gone", async () => (await StreamQueuesAsync()).Count == 0);
    }

    [Fact]
    public async Task The_end_of_the_daemon_is_an_error()
    {
        using var watch = _host.StartCli("--broker", Url, "watch");
        await Wait.UntilAsync("it is followed", async () => (await StreamQueuesAsync()).Count == WatchQueues);

        await _host.StopDaemonAsync();

        await watch.WaitForExitAsync(Cancellation);
        Assert.Equal(3, watch.ExitCode);
        Assert.Contains("aetherscale-cli: ", await watch.StandardError.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task What_does_not_exist_is_refused_as_on_the_socket()
    {
        foreach (var verb in (string[][])[["watch", "nobody"], ["logs-vm", "nobody", "--follow"]])
        {
            Assert.Equal(
                (1, "aetherscale-cli: VM \"nobody\" does not exist. (vm-not-found)\n"),
                await _host.CliAsync(["--broker", Url, .. verb]) is var result ? (result.ExitCode, result.Error) : default);
        }

        var (code, reason) = await _host.RefusedAsync("""{"command": "watch", "options": {"queue": "amq.gen-x"}}""");
        Assert.Equal("bad-request", code);
        Assert.Contains("GET /v1/events", reason);
    }

    [GeneratedRegex("\"host\":\"[^\"]+\",")]
    private static partial Regex HostMember();

    private static async Task<string> NextOfAsync(Process watch, string vm)
    {
        string? line;
        do
        {
            line = await watch.StandardOutput.ReadLineAsync(Cancellation);
        }
        while (line?.Contains(vm, StringComparison.Ordinal) == false);
        return line ?? throw new EndOfStreamException(await watch.StandardError.ReadToEndAsync(Cancellation));
    }

    private async Task<IReadOnlyList<string>> StreamQueuesAsync() => [.. (await PrivateQueuesAsync()).Except(_daemonsOwn)];

    private async Task<IReadOnlyList<string>> PrivateQueuesAsync() =>
    [
        .. (await broker.ControlAsync("list_queues", "--vhost", _virtualHost, "--no-table-headers", "name"))
            .Split('\n')
            .Where(line => line.StartsWith("amq.gen-", StringComparison.Ordinal)),
    ];
}

using System.Net.Sockets;
using System.Text;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Faults;

/// <summary>Clients that go away, and many at once.</summary>
public sealed class ClientTests
{
    private const int Clients = 50;

    [Fact]
    public async Task B33_A_command_whose_requester_has_gone_is_carried_out()
    {
        using var slow = new FakeQemu("""sleep 1; exec "$QEMU" "$@" """);
        await using var host = await TestHost.StartAsync(slow.Settings, "polite");
        const string Body = """{"command": "create-vm", "options": {"image": "polite", "name": "web"}}""";
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await client.ConnectAsync(new UnixDomainSocketEndPoint(host.Socket), TestContext.Current.CancellationToken);
            client.Send(Encoding.ASCII.GetBytes($"POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
            await Wait.UntilAsync("it is under way", () => Directory.GetDirectories($"{host.Data}/vms").Length > 0);
        }

        await Wait.UntilAsync("it is done", () => host.Count("create-vm from socket") == 1);
        var vm = (await host.RunAsync("list-vms")).EnumerateArray().Single();
        Assert.Equal("running", vm.GetProperty("status").GetString());
    }

    [Fact]
    public async Task B35_A_socket_that_a_killed_daemon_has_left_is_replaced()
    {
        await using var host = await TestHost.StartAsync();
        await host.KillDaemonAsync();
        Assert.True(File.Exists(host.Socket));

        await host.StartDaemonAsync();

        Assert.Equal(0, (await host.RunAsync("list-vms")).GetArrayLength());
    }

    [Fact]
    public async Task B36_Fifty_clients_at_once_get_what_each_asked_for_and_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync("polite");
        var shared = await host.CreateAsync("polite", """, "name": "shared", "no-start": true""");
        await StormAsync(host);
        var (files, descriptors) = (Tree(host), Descriptors(host));

        await StormAsync(host);

        Assert.Equal(shared, (await host.RunAsync("list-vms")).EnumerateArray().Single().GetProperty("vm-id").GetString());
        Assert.Equal("stopped", await host.StatusAsync(shared));
        Assert.Equal(files, Tree(host));
        Assert.Equal([TestHost.UnitOf(shared)], host.OurUnits().Where(unit => unit.StartsWith("aetherscale-vm-", StringComparison.Ordinal)));

        // The first storm has left idle connections; a second one needs no more.
        await Wait.UntilAsync("descriptors are given back", () => Descriptors(host) <= descriptors + 10);
    }

    private static async Task StormAsync(TestHost host)
    {
        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, Clients).Select(number => ClientAsync(host, number))),
            Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.RunAsync("start-vm", """{"vm-id": "shared"}"""))),
            Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.RunAsync("stop-vm", """{"vm-id": "shared", "kill": true}"""))));
        await host.RunAsync("stop-vm", """{"vm-id": "shared", "kill": true}""");
    }

    /// <summary>One VM's whole life. Few of them run: it is the daemon that is put to the test, not QEMU.</summary>
    private static async Task ClientAsync(TestHost host, int number)
    {
        var vm = await host.CreateAsync("polite", $$""", "name": "c{{number}}", "no-start": true""");
        Assert.Equal("stopped", await host.StatusAsync(vm));
        if (number % 10 == 0)
        {
            await host.RunAsync("start-vm", $$"""{"vm-id": "{{vm}}"}""");
            Assert.Equal("running", await host.StatusAsync(vm));
            await host.RunAsync("stop-vm", $$"""{"vm-id": "{{vm}}", "kill": true}""");
        }

        await host.RunAsync("delete-vm", $$"""{"vm-id": "{{vm}}"}""");
        Assert.Null(await host.StatusAsync(vm));
    }

    private static List<string> Tree(TestHost host) =>
        [.. Directory.EnumerateFileSystemEntries(host.Data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static int Descriptors(TestHost host) => Directory.GetFileSystemEntries($"/proc/{host.DaemonPid}/fd").Length;
}

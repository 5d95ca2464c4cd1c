using System.Net.Sockets;
using System.Text;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Lifecycle;

/// <summary>A guest whose CPUs somebody has halted, over the monitor that is not the daemon's.</summary>
public sealed class PausedGuestTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync("polite");

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task It_is_listed_as_paused_and_start_vm_has_it_go_on()
    {
        var id = await _host.CreateAsync("polite");
        await PauseAsync(id);
        await Wait.UntilAsync("the pause is known", async () => await _host.StatusAsync(id) == "paused");

        var answer = await _host.RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal($"VM \"{id}\" was paused and goes on", answer.GetProperty("hint").GetString());
        await Wait.UntilAsync("the guest runs", async () => await _host.StatusAsync(id) == "running");
        Assert.Equal("stopped", (await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task It_is_woken_to_be_shut_down()
    {
        var id = await _host.CreateAsync("polite");
        await _host.WaitForConsoleAsync(id, "POLITE UP");
        await PauseAsync(id);
        await Wait.UntilAsync("the pause is known", async () => await _host.StatusAsync(id) == "paused");

        var answer = await _host.RunAsync("stop-vm", $$"""{"vm-id": "{{id}}"}""");

        Assert.Equal("stopped", answer.GetProperty("status").GetString());
    }

    private static async Task PauseAsync(string id)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(
            new UnixDomainSocketEndPoint($"{TestEnvironment.RuntimeDirectory}/aetherscale/vms/{id}/stop.sock"),
            TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        foreach (var command in new[] { "qmp_capabilities", "stop" })
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($$"""{"execute": "{{command}}"}""" + "\n"), TestContext.Current.CancellationToken);
            await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
    }
}

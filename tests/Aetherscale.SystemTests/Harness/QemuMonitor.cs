using System.Net.Sockets;
using System.Text;

namespace Aetherscale.SystemTests.Harness;

/// <summary>Somebody who talks to QEMU past the daemon, by the monitor that the unit's ExecStop uses.</summary>
internal static class QemuMonitor
{
    /// <summary>Runs QMP commands one after the other.</summary>
    public static async Task RunAsync(string vmId, params string[] commands)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(
            new UnixDomainSocketEndPoint($"{TestEnvironment.RuntimeDirectory}/aetherscale/vms/{vmId}/stop.sock"),
            TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        foreach (var command in commands.Prepend("qmp_capabilities"))
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($$"""{"execute": "{{command}}"}""" + "\n"), TestContext.Current.CancellationToken);
            await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
    }
}

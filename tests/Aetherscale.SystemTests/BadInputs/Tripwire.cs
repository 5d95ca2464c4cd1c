using System.Net;
using System.Net.Sockets;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>
/// A file and a server that hostile images name, and that nobody may ever open or dial. The file is a FIFO with a writer
/// that waits for a reader: the kernel lets it go when one comes, however briefly.
/// </summary>
internal sealed class Tripwire : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Socket _unixServer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Task _writer = Task.CompletedTask;

    /// <summary>The FIFO.</summary>
    public string File => $"{_folder.Path}/wire";

    /// <summary>The Unix socket.</summary>
    public string SocketFile => $"{_folder.Path}/wire.sock";

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public static async Task<Tripwire> SetAsync()
    {
        var wire = new Tripwire();
        wire._server.Start();
        wire._unixServer.Bind(new UnixDomainSocketEndPoint(wire.SocketFile));
        wire._unixServer.Listen();
        (await Tool.RunAsync("/usr/bin/mkfifo", wire.File)).Succeeded();
        wire._writer = Task.Factory.StartNew(
            () => new FileStream(wire.File, FileMode.Open, FileAccess.Write).Dispose(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return wire;
    }

    public void AssertUntouched()
    {
        Assert.False(_writer.IsCompleted, "The file was opened.");
        Assert.False(_server.Pending(), "The TCP server was dialled.");
        Assert.False(_unixServer.Poll(0, SelectMode.SelectRead), "The Unix server was dialled.");
    }

    public void Dispose()
    {
        // Lets the writer go.
        using (new FileStream(File, FileMode.Open, FileAccess.Read))
        {
            _writer.Wait();
        }

        _server.Dispose();
        _unixServer.Dispose();
        _folder.Dispose();
    }
}

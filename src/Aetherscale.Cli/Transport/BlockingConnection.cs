using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Aetherscale.Cli.Transport;

/// <summary>
/// A connection to the daemon for when nothing else is to be done until its answer is there. It holds the thread and asks the kernel
/// itself: a <see cref="Socket"/> starts the runtime's polling with a thread of its own, a tenth of a short command's time.
/// </summary>
internal sealed partial class BlockingConnection : IDaemonConnection
{
    private readonly DescriptorStream _stream;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _unblock;

    private BlockingConnection(int descriptor, CancellationToken cancel)
    {
        _stream = new DescriptorStream(descriptor);
        _cancel = cancel;
        _unblock = cancel.Register(() => _ = SystemShutdown(descriptor, BothWays));
    }

    /// <returns>Null when that cannot be had at once; a <see cref="Socket"/> finds out why, or waits for it.</returns>
    public static BlockingConnection? TryOpen(string path, CancellationToken cancel)
    {
        var address = new byte[PathOffset + Encoding.UTF8.GetByteCount(path) + 1];
        MemoryMarshal.Write(address, UnixFamily);
        Encoding.UTF8.GetBytes(path, address.AsSpan(PathOffset));
        var descriptor = SystemSocket(UnixFamily, Stream | CloseOnExec | NonBlocking, 0);
        if (descriptor < 0)
        {
            return null;
        }

        var connection = new BlockingConnection(descriptor, cancel);
        if (SystemConnect(descriptor, address, address.Length) == 0 && SystemControl(descriptor, SetFlags, 0) == 0)
        {
            return connection;
        }

        connection.Dispose();
        return null;
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var count = _stream.Read(buffer.Span);
        _cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(count);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _stream.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        _unblock.Dispose();
        _stream.Dispose();
    }

    // Linux's, see socket(2), unix(7) and fcntl(2).
    private const ushort UnixFamily = 1;
    private const int PathOffset = sizeof(ushort);
    private const int Stream = 1;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SetFlags = 4;
    private const int BothWays = 2;

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int SystemSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect")]
    private static partial int SystemConnect(int descriptor, byte[] address, int length);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int SystemControl(int descriptor, int command, int value);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int SystemShutdown(int descriptor, int how);
}

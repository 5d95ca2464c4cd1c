using System.Net.Sockets;
using System.Text;
using Aetherscale.VirtualMachines.Consoles;

namespace Aetherscale.Tests.VirtualMachines;

/// <summary>Several viewers of one console, with a real socket in QEMU's place.</summary>
public sealed class SharedConsoleTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private SharedConsole _console = null!;
    private NetworkStream _qemu = null!;
    private Task _pump = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var end = new UnixDomainSocketEndPoint(_folder["console.sock"]);
        _listener.Bind(end);
        _listener.Listen();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(end, Cancel);
        _qemu = new NetworkStream(await _listener.AcceptAsync(Cancel), ownsSocket: true);
        var tail = new ConsoleTail();
        tail.Append("before\n"u8);
        _console = new SharedConsole(socket, tail);
        _pump = _console.PumpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _qemu.DisposeAsync();
        await _pump;
        _console.Dispose();
        _listener.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task All_viewers_see_what_came_before_and_what_comes()
    {
        using var one = _console.TryJoin(10)!;
        await PrintAsync("now\n");
        Assert.Equal("before\nnow\n", await ReadAsync(one, 11));
        using var other = _console.TryJoin(10)!;
        await PrintAsync("later\n");

        Assert.Equal("later\n", await ReadAsync(one, 6));
        Assert.Equal("before\nnow\nlater\n", await ReadAsync(other, 17));
    }

    [Fact]
    public async Task All_may_type()
    {
        using var one = _console.TryJoin(0)!;
        using var other = _console.TryJoin(0)!;
        await one.TypeAsync("a"u8.ToArray(), Cancel);
        await other.TypeAsync("b"u8.ToArray(), Cancel);

        var typed = new byte[2];
        await _qemu.ReadExactlyAsync(typed, Cancel);
        Assert.Equal("ab", Encoding.ASCII.GetString(typed));
    }

    [Fact]
    public async Task A_viewer_who_does_not_read_is_dropped_and_holds_nobody_up()
    {
        using var idle = _console.TryJoin(0)!;
        using var reader = _console.TryJoin(0)!;
        const int Bytes = ConsoleViewer.MaxWaiting / 2;
        for (var piece = 0; piece < 4; piece++)
        {
            var printing = PrintAsync(new string('x', Bytes));
            Assert.Equal(Bytes, (await ReadAsync(reader, Bytes)).Length);
            await printing;
        }

        Assert.True(idle.Dropped.IsCancellationRequested);
        Assert.False(reader.Dropped.IsCancellationRequested);
    }

    [Fact]
    public async Task The_last_to_leave_hangs_up_and_nobody_can_join_any_more()
    {
        var one = _console.TryJoin(0)!;
        var other = _console.TryJoin(0)!;
        one.Dispose();
        Assert.False(_pump.IsCompleted);
        other.Dispose();
        await _pump.WaitAsync(Cancel);

        Assert.Equal(0, await _qemu.ReadAsync(new byte[1], Cancel));
        Assert.Null(_console.TryJoin(0));
    }

    [Fact]
    public async Task When_QEMU_ends_the_viewers_read_to_the_end()
    {
        using var viewer = _console.TryJoin(0)!;
        await PrintAsync("bye");
        await _qemu.DisposeAsync();

        Assert.Equal("bye", await ReadAsync(viewer, int.MaxValue));
        await Assert.ThrowsAsync<IOException>(() => viewer.TypeAsync("x"u8.ToArray(), Cancel));
    }

    private Task PrintAsync(string text) => _qemu.WriteAsync(Encoding.ASCII.GetBytes(text), Cancel).AsTask();

    private static async Task<string> ReadAsync(ConsoleViewer viewer, int atLeast)
    {
        var text = new StringBuilder();
        await foreach (var printed in viewer.ReadAsync(Cancel))
        {
            text.Append(Encoding.ASCII.GetString(printed.Span));
            if (text.Length >= atLeast)
            {
                break;
            }
        }

        return text.ToString();
    }
}

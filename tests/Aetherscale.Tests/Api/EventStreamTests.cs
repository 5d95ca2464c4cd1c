using System.Net.Sockets;
using System.Text;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Files;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Api;

/// <summary>The real door on a real socket, with readers that read, that do not, and that go away.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    /// <summary>More, of 4 KiB each, than the sockets hold and may wait.</summary>
    private const int Published = 3000;

    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly FakeTimeProvider _time = new();
    private readonly EventFeed _feed = new();
    private readonly VmId _vm = VmId.New();
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventStreamTests()
    {
        var peers = new PeerCheck(Libc.GetEffectiveUserId(), group: null, NullLogger<PeerCheck>.Instance);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => ApiServer.Listen(options, _folder["api.sock"], peers, group: null, NullLogger.Instance));
        builder.WebHost.UseSockets(ApiServer.Configure);
        _app = builder.Build();
        var stream = new EventStream(new FrameWriter(_time, NullLogger<FrameWriter>.Instance, _stopping.Token));
        _app.MapGet("/events", async context =>
        {
            using var listener = _feed.Listen(null);
            _listens.SetResult();
            await stream.WriteAsync(context, over => WatchVms.FramesAsync(listener, StreamFrame.Of, over), listener.Overrun);
            _over.SetResult();
        });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_event_is_there_as_soon_as_it_is_published()
    {
        using var reader = await ConnectAsync();
        Publish("the \"first\"\nline");

        var text = await ReadUntilAsync(reader, "first");

        Assert.Contains("HTTP/1.1 200 OK\r\n", text);
        Assert.Contains("Content-Type: text/event-stream\r\n", text);
        Assert.Contains(":\n\n", text);
        Assert.Contains($"event: vm-event\ndata: {{\"vm-id\":\"{_vm}\",", text);
        Assert.Contains("\"text\":\"the \\\"first\\\"\\nline\"}\n\n", text);
    }

    [Fact]
    public async Task When_nothing_happens_a_comment_shows_that_somebody_is_there()
    {
        using var reader = await ConnectAsync();
        await ReadUntilAsync(reader, ":\n\n");

        // The wait for the next event may not have begun yet: the clock is moved until it has.
        var beat = ReadUntilAsync(reader, ":\n\n");
        while (!beat.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(11));
            await Task.WhenAny(beat, Task.Delay(20, Cancellation));
        }

        Assert.Contains(":\n\n", await beat);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_cut_off_and_nobody_waits_for_it()
    {
        using var reader = await ConnectAsync();

        var text = new string('x', 4096);
        for (var time = 0; time < Published; time++)
        {
            Publish(text);
        }

        await _over.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        var read = await ReadToEndAsync(reader);
        Assert.DoesNotContain("event: end", read);
        Assert.False(read.EndsWith("0\r\n\r\n", StringComparison.Ordinal), "It looks like a good end.");
    }

    [Fact]
    public async Task A_reader_that_falls_behind_and_then_reads_is_told_that_it_has_missed_something()
    {
        using var reader = await ConnectAsync();
        await ReadUntilAsync(reader, ":\n\n");
        var text = new string('x', 4096);
        for (var time = 0; time < Published; time++)
        {
            Publish(text);
        }

        var read = await ReadToEndAsync(reader);

        Assert.Contains("event: end\ndata: {\"code\":\"too-slow\"", read);
        Assert.EndsWith("0\r\n\r\n", read);
        Assert.InRange(read.Split("event: vm-event").Length - 1, 1, Published - 1);
    }

    [Fact]
    public async Task A_daemon_that_stops_says_so()
    {
        using var reader = await ConnectAsync();
        await ReadUntilAsync(reader, ":\n\n");

        await _stopping.CancelAsync();

        var read = await ReadToEndAsync(reader);
        Assert.Contains("event: end\ndata: {\"code\":\"stopping\",\"reason\":\"the daemon is stopping\"}\n\n", read);
        Assert.EndsWith("0\r\n\r\n", read);
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_forgotten()
    {
        var reader = await ConnectAsync();
        await ReadUntilAsync(reader, ":\n\n");

        reader.Dispose();

        await _over.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    private void Publish(string text) => _feed.Publish(new VmEvent(_vm, null, new VmTransition
    {
        Time = DateTimeOffset.UnixEpoch,
        Event = TransitionKind.Stopped,
        Status = VmState.Stopped,
        Cause = TransitionCause.Guest,
        Text = text,
    }));

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /events HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), Cancellation);
        await _listens.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        return socket;
    }

    private static async Task<string> ReadUntilAsync(Socket socket, string wanted)
    {
        var text = "";
        var buffer = new byte[65536];
        while (!text.Contains(wanted, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, Cancellation);
            Assert.True(count > 0, $"The stream ended: {text}");
            text += Encoding.UTF8.GetString(buffer, 0, count);
        }

        return text;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[65536];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer, Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation)) > 0)
            {
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Cut off.
        }

        return text.ToString();
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Aetherscale.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Systemd;

public sealed partial class NotifierTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private int _beats;

    [Fact]
    public void A_manager_that_listens_hears_the_states_and_the_status_as_one_line()
    {
        var folder = Directory.CreateTempSubdirectory("aetherscale-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "notify");
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.ReceiveTimeout = 5_000;

            // sd_notify reads the C library's environment, of which .NET has only a copy.
            Assert.Equal(0, SetEnvironment("NOTIFY_SOCKET", path, 1));
            Notifier.Ready();
            Notifier.Status("3 VMs\nREADY=1");
            Notifier.Stopping();
            Assert.Equal(0, UnsetEnvironment("NOTIFY_SOCKET"));
            Notifier.Ready();

            Assert.Equal(["READY=1", "STATUS=3 VMs READY=1", "STOPPING=1"], [Next(socket), Next(socket), Next(socket)]);
            Assert.Equal(0, socket.Available);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task It_beats_at_once_and_in_each_period_while_the_daemon_is_well()
    {
        using var stop = new CancellationTokenSource();
        var loop = Run(_ => Task.FromResult(true), stop.Token);
        Assert.Equal(1, _beats);

        await AdvanceAsync(1, 2);
        await AdvanceAsync(1, 3);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_daemon_that_is_not_well_does_not_beat_until_it_is_again()
    {
        using var stop = new CancellationTokenSource();
        var answers = new Queue<Func<Task<bool>>>([
            () => Task.FromResult(false),
            () => throw new IOException("no"),
            () => Task.FromException<bool>(new TimeoutException()),
            () => Task.FromResult(true)]);
        var loop = Run(_ => answers.Dequeue()(), stop.Token);

        for (var left = 3; left > 0; left--)
        {
            Assert.Equal((0, left), (_beats, answers.Count));
            _time.Advance(s_period);
            await UntilAsync(() => answers.Count < left);
        }

        await UntilAsync(() => _beats == 1);
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task A_probe_that_hangs_costs_its_beats_and_not_the_loop()
    {
        using var stop = new CancellationTokenSource();
        var hangs = true;
        var probed = 0;
        var loop = Run(
            _ =>
            {
                probed++;
                return hangs ? new TaskCompletionSource<bool>().Task : Task.FromResult(true);
            },
            stop.Token);
        _time.Advance(s_period);
        await UntilAsync(() => probed == 2);
        Assert.Equal(0, _beats);

        hangs = false;
        _time.Advance(s_period);
        await UntilAsync(() => _beats == 1);
        await stop.CancelAsync();
        await loop;
    }

    private static string Next(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironment(string name);

    private Task Run(Func<CancellationToken, Task<bool>> probe, CancellationToken stop) =>
        new Notifier(_time, NullLogger<Notifier>.Instance).BeatAsync(s_period, probe, () => _beats++, stop);

    private async Task AdvanceAsync(int periods, int expectedBeats)
    {
        _time.Advance(s_period * periods);
        await UntilAsync(() => _beats == expectedBeats);
    }
}

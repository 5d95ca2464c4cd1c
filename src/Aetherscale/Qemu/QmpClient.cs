using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Aetherscale.Files;

namespace Aetherscale.Qemu;

/// <summary>
/// One connection to a QEMU's QMP monitor. Replies are matched to commands by id, events go their own way, and whatever
/// does not follow the protocol closes the connection: a monitor that was misunderstood once is not trusted again.
/// https://www.qemu.org/docs/master/interop/qmp-spec.html
/// </summary>
internal sealed partial class QmpClient : IAsyncDisposable
{
    // A guest can cause events; a reader that sleeps must not let them fill the daemon's memory.
    private const int EventsKept = 1024;
    private const int CommandsQueued = 16;

    private readonly Stream _stream;
    private readonly QmpLineReader _lines;
    private readonly TimeSpan _deadline;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly QmpWaiters _waiters = new();
    private readonly Channel<byte[]> _commands = Channel.CreateBounded<byte[]>(CommandsQueued);
    private readonly Channel<QmpEvent> _events;
    private bool _disposed;

    private QmpClient(Stream stream, TimeSpan deadline, TimeProvider time, ILogger logger)
    {
        _stream = stream;
        _lines = new QmpLineReader(stream);
        _deadline = deadline;
        _time = time;
        _logger = logger;
        _events = Channel.CreateBounded<QmpEvent>(
            new BoundedChannelOptions(EventsKept) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            dropped => LogDropped(_logger, dropped.Name));
        Closed = Task.CompletedTask;
    }

    /// <summary>
    /// The events in the order in which QEMU told them; ends with the connection. The oldest go when 1,024 wait.
    /// </summary>
    public ChannelReader<QmpEvent> Events => _events.Reader;

    /// <summary>Ends when the connection does, whoever closed it; it never fails.</summary>
    public Task Closed { get; private set; }

    /// <summary>QEMU's word for the guest's state when the connection was made, as <c>query-status</c> tells it.</summary>
    public string FirstStatus { get; private set; } = "";

    /// <summary>Connects and negotiates. When this returns, QEMU takes commands.</summary>
    /// <param name="socketPath">The monitor's Unix socket; QEMU serves one client at a time there.</param>
    /// <param name="deadline">What QEMU has for the greeting and the negotiation, and then for each command.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="logger">Told why a connection was closed.</param>
    /// <param name="cancellation">Ends the wait sooner.</param>
    /// <exception cref="QmpException">Nothing listens there, or it does not speak QMP.</exception>
    /// <exception cref="TimeoutException">QEMU is hung, or serves another client.</exception>
    public static async Task<QmpClient> ConnectAsync(
        string socketPath, TimeSpan deadline, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        QmpClient? client = null;
        try
        {
            await Beneath.ConnectAsync(socket, socketPath, either.Token);
            client = new QmpClient(new NetworkStream(socket, ownsSocket: true), deadline, time, logger);
            client.FirstStatus = await QmpNegotiation.RunAsync(client._stream, client._lines, client.Dispatch, either.Token);
            client.Closed = client.RunAsync();
            var connected = client;
            client = null;
            socket = null;
            return connected;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"QEMU did not greet on {socketPath} within {deadline.TotalSeconds:0.###} s");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new QmpException($"no connection to QEMU on {socketPath}: {error.Message}", innerException: error);
        }
        finally
        {
            await (client?.DisposeAsync() ?? default);
            socket?.Dispose();
        }
    }

    /// <summary>Runs a command and returns what QEMU returned.</summary>
    /// <param name="command">QMP's name for it.</param>
    /// <param name="arguments">Writes the members of <c>arguments</c>; null when there are none.</param>
    /// <param name="cancellation">Ends the wait; QEMU may run the command all the same.</param>
    /// <exception cref="QmpException">QEMU refused it, or the connection is gone.</exception>
    /// <exception cref="TimeoutException">QEMU did not answer in time. The connection stays: it may answer later
    /// ones.</exception>
    public async Task<JsonElement> ExecuteAsync(
        string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(_deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var (id, reply) = _waiters.Add();
        try
        {
            await _commands.Writer.WriteAsync(QmpMessage.Command(id, command, arguments), either.Token);
            return await reply.WaitAsync(either.Token);
        }
        catch (ChannelClosedException)
        {
            // The connection ended after the id was given: the reply has failed already and says why.
            return await reply;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"QEMU did not answer {command} within {_deadline.TotalSeconds:0.###} s");
        }
        finally
        {
            _waiters.Remove(id);
        }
    }

    /// <summary>Closes the connection, fails who still waits and stops the reading.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await EndAsync("the connection was closed");
        await Closed;
        await _lines.DisposeAsync();
        await _stream.DisposeAsync();
        _closing.Dispose();
    }

    private async Task EndAsync(string reason)
    {
        _waiters.Close(reason);
        _commands.Writer.TryComplete();
        _events.Writer.TryComplete();
        await _closing.CancelAsync();
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(ReadLoopAsync(), WriteLoopAsync());

        // Not left to disposal: QEMU serves the next client only when it sees this one go.
        await _stream.DisposeAsync();
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            await foreach (var command in _commands.Reader.ReadAllAsync(_closing.Token))
            {
                await _stream.WriteAsync(command, _closing.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // A broken connection is the reading side's to tell: it may still hold QEMU's last words.
        }
    }

    private async Task ReadLoopAsync()
    {
        try
        {
            while (await _lines.ReadAsync(_closing.Token) is { } message)
            {
                Dispatch(message);
            }

            await EndAsync("QEMU closed the connection");
        }
        catch (OperationCanceledException)
        {
            // Disposal has told everybody.
        }
        catch (Exception error) when (error is QmpException or IOException)
        {
            LogBroken(_logger, error.Message);
            await EndAsync(error.Message);
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("event", out var name) && name.ValueKind == JsonValueKind.String)
        {
            message.TryGetProperty("data", out var data);
            _events.Writer.TryWrite(new QmpEvent(name.GetString()!, data));
            return;
        }

        if (!message.TryGetProperty("id", out var idText) || idText.ValueKind != JsonValueKind.Number
            || !idText.TryGetInt64(out var id))
        {
            throw new QmpException("QEMU sent what is neither an event nor a reply");
        }

        if (message.TryGetProperty("return", out var result))
        {
            _waiters.Complete(id, result);
        }
        else
        {
            _waiters.Fail(id, QmpMessage.Error(message));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "QMP connection closed by us: {Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "QMP event {Name} dropped: nobody read the last 1,024")]
    private static partial void LogDropped(ILogger logger, string name);
}

using System.Net.Sockets;
using System.Text;
using Aetherscale.Qemu;
using Microsoft.Extensions.Logging;

namespace Aetherscale.Tests.Qemu;

/// <summary>The other end of a QMP socket, saying whatever a test wants, on a real Unix socket.</summary>
internal sealed class ScriptedQmp : IDisposable
{
    public const string Greeting = """{"QMP": {"version": {}, "capabilities": ["oob"]}}""" + "\r\n";
    public const string Negotiated = """{"return": {}, "id": 0}""" + "\r\n" + """{"return": {"status": "prelaunch"}, "id": 0}""" + "\r\n";

    private readonly TestFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Socket? _client;

    public ScriptedQmp()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
    }

    public string Path => _folder["qmp.sock"];

    public ReasonLogger Log { get; } = new();

    public Task<QmpClient> ConnectAsync(TimeProvider time, CancellationToken cancellation) =>
        QmpClient.ConnectAsync(Path, TimeSpan.FromSeconds(5), time, Log, cancellation);

    /// <summary>A client that has negotiated.</summary>
    public async Task<QmpClient> NegotiateAsync(TimeProvider time, CancellationToken cancellation)
    {
        var connecting = ConnectAsync(time, cancellation);
        await AcceptAsync(cancellation);
        await SayAsync(Greeting, cancellation);
        Assert.Contains("qmp_capabilities", await HearAsync(cancellation), StringComparison.Ordinal);
        Assert.Contains("query-status", await HearAsync(cancellation), StringComparison.Ordinal);
        await SayAsync(Negotiated, cancellation);
        return await connecting;
    }

    public async Task AcceptAsync(CancellationToken cancellation) =>
        _client = await _listener.AcceptAsync(cancellation);

    public Task SayAsync(string text, CancellationToken cancellation) =>
        SayAsync(Encoding.UTF8.GetBytes(text), cancellation);

    public async Task SayAsync(byte[] bytes, CancellationToken cancellation)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _client!.SendAsync(bytes.AsMemory(sent), cancellation);
        }
    }

    /// <summary>The next line; empty when the client has closed.</summary>
    public async Task<string> HearAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var character = new byte[1];
        while (await _client!.ReceiveAsync(character, cancellation) == 1 && character[0] != '\n')
        {
            line.Append((char)character[0]);
        }

        return line.ToString();
    }

    public void HangUp() => _client!.Dispose();

    public void Dispose()
    {
        _client?.Dispose();
        _listener.Dispose();
        _folder.Dispose();
    }

    /// <summary>Keeps what was logged.</summary>
    internal sealed class ReasonLogger : ILogger
    {
        private readonly List<string> _lines = [];

        public string Text
        {
            get
            {
                lock (_lines)
                {
                    return string.Join('\n', _lines);
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}

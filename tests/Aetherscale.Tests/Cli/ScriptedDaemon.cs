using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Aetherscale.Tests.Cli;

/// <summary>A real server on a real Unix socket, whose answers a test writes down to the byte.</summary>
internal sealed class ScriptedDaemon : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _over = new();
    private readonly Func<string, Socket, CancellationToken, Task> _answer;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _loop;

    private ScriptedDaemon(string path, Func<string, Socket, CancellationToken, Task> answer)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _loop = AcceptAsync();
    }

    /// <summary>The bodies that came, in the order in which they came.</summary>
    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>The request headers that came.</summary>
    public ConcurrentQueue<string> Heads { get; } = [];

    /// <summary>Answers every request with an envelope, by its body.</summary>
    public static ScriptedDaemon Replying(string path, Func<string, string> envelope) =>
        new(path, (body, socket, cancel) => SendAsync(socket, Http(envelope(body)), cancel));

    /// <summary>Answers every request with the same bytes, and hangs up.</summary>
    public static ScriptedDaemon Sending(string path, string bytes) =>
        new(path, (_, socket, cancel) => SendAsync(socket, bytes, cancel));

    /// <summary>Does with each connection what the test says, once the request is there.</summary>
    public static ScriptedDaemon Doing(string path, Func<string, Socket, CancellationToken, Task> answer) =>
        new(path, answer);

    public static string Http(string body, string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public static async Task SendAsync(Socket socket, string text, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancel)..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _loop;
        _listener.Dispose();
        await Task.WhenAll(_connections);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptAsync(_over.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // the test is over
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var (head, body) = await ReadRequestAsync(socket, _over.Token);
                Heads.Enqueue(head);
                Bodies.Enqueue(body);
                await _answer(body, socket, _over.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // the test is over, or the program has hung up
            }
        }
    }

    private static async Task<(string Head, string Body)> ReadRequestAsync(Socket socket, CancellationToken cancel)
    {
        var text = "";
        var buffer = new byte[4096];
        int end;
        while ((end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0 || text.Length < end + 4 + Length(text[..end]))
        {
            var count = await socket.ReceiveAsync(buffer, SocketFlags.None, cancel);
            text += count > 0
                ? Encoding.Latin1.GetString(buffer, 0, count)
                : throw new OperationCanceledException("hung up before the request was whole");
        }

        return (text[..end], Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text[(end + 4)..])));
    }

    private static int Length(string head) => head.Split("\r\n")
        .Where(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))
        .Select(line => int.Parse(line["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture))
        .FirstOrDefault();
}

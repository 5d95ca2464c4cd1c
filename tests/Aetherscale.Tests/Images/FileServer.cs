using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aetherscale.Tests.Images;

/// <summary>A real HTTP server on loopback, which serves files whole or in ranges and misbehaves as a test says.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _loop;
    private readonly X509Certificate2? _certificate;
    private long _sent;

    /// <param name="certificate">With it the server speaks https.</param>
    public FileServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>The files by their paths.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What each request asked for: the path, and the range if it had one.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Bytes of content that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Names the content; null: not told, so that nothing can be resumed.</summary>
    public string? Tag { get; set; } = "\"one\"";

    /// <summary>Answers instead of the file, once each, before all else.</summary>
    public ConcurrentQueue<int> Statuses { get; } = [];

    /// <summary>Hangs up after so many bytes of content, once each.</summary>
    public ConcurrentQueue<int> Cuts { get; } = [];

    /// <summary>Says nothing more after so many bytes of content, once each, until it is over.</summary>
    public ConcurrentQueue<int> Stalls { get; } = [];

    /// <summary>When so many bytes of content have been sent, the network is gone: all connections end there, and new ones at once.</summary>
    public long EndOfNetwork { get; set; } = long.MaxValue;

    /// <summary>Where these paths lead.</summary>
    public ConcurrentDictionary<string, string> Redirects { get; } = new();

    /// <summary>Which paths the statuses, cuts, stalls and pauses are for.</summary>
    public Func<string, bool> IsIll { get; set; } = static _ => true;

    /// <summary>Milliseconds between pieces of 64 KiB.</summary>
    public int Pause { get; set; }

    public Uri this[string path] => new($"http{(_certificate is null ? "" : "s")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _loop;
        await Task.WhenAll(_connections);
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_over.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = await OpenAsync(client);
                if (Sent < EndOfNetwork)
                {
                    await AnswerAsync(stream, await ReadHeadAsync(stream));
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or AuthenticationException)
            {
                // The client has gone, or the test is over.
            }
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _over.Token);
        return secure;
    }

    private async Task<string[]> ReadHeadAsync(Stream stream)
    {
        var text = "";
        var buffer = new byte[4096];
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, _over.Token);
            text += count > 0 ? Encoding.Latin1.GetString(buffer, 0, count) : throw new IOException("gone");
        }

        return text.Split("\r\n");
    }

    private async Task AnswerAsync(Stream stream, string[] head)
    {
        var path = head[0].Split(' ')[1];
        var range = head.FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))?["Range: bytes=".Length..];
        var condition = head.FirstOrDefault(line => line.StartsWith("If-Range: ", StringComparison.OrdinalIgnoreCase))?["If-Range: ".Length..];
        Requests.Enqueue(range is null ? path : $"{path} {range}");
        if (Redirects.TryGetValue(path, out var target))
        {
            await WriteAsync(stream, $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        Files.TryGetValue(path, out var file);
        var status = file is null ? 404 : IsIll(path) && Statuses.TryDequeue(out var wanted) ? wanted : 0;
        if (file is null || status != 0)
        {
            await WriteAsync(stream, $"HTTP/1.1 {status} Sorry\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        var from = range is not null && condition == Tag ? int.Parse(range.Split('-')[0], CultureInfo.InvariantCulture) : 0;
        var tag = Tag is null ? "" : $"ETag: {Tag}\r\n";
        var first = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}" : "200 OK";
        await WriteAsync(stream, $"HTTP/1.1 {first}\r\n{tag}Content-Length: {file.Length - from}\r\nConnection: close\r\n\r\n");
        await (IsIll(path) ? SendAsync(stream, file.AsMemory(from)) : SendWellAsync(stream, file.AsMemory(from)));
    }

    private async Task SendAsync(Stream stream, ReadOnlyMemory<byte> content)
    {
        var end = Cuts.TryDequeue(out var cut) ? cut : Stalls.TryPeek(out var stall) ? stall : content.Length;
        for (var at = 0; at < end; at += 65536)
        {
            var piece = content[at..Math.Min(at + 65536, end)];
            await stream.WriteAsync(piece, _over.Token);
            Interlocked.Add(ref _sent, piece.Length);
            await Task.Delay(Pause, _over.Token);
        }

        if (end < content.Length && Stalls.TryDequeue(out _))
        {
            await Task.Delay(Timeout.Infinite, _over.Token);
        }
    }

    private async Task SendWellAsync(Stream stream, ReadOnlyMemory<byte> content)
    {
        var rest = content[..(int)Math.Min(content.Length, EndOfNetwork - Sent)];
        await stream.WriteAsync(rest, _over.Token);
        Interlocked.Add(ref _sent, rest.Length);
    }

    private async Task WriteAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), _over.Token);
}

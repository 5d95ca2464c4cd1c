using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aetherscale.Cli.Output;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Transport;

/// <summary>HTTP over the daemon's Unix socket, one connection for each request.</summary>
/// <param name="path">The socket's path.</param>
/// <param name="around">For the advice when nobody is there.</param>
/// <param name="address">Which host, and until when.</param>
/// <param name="blocking">Whether the caller's thread may be held until the answer is there.</param>
internal sealed class UnixSocketTransport(string path, Surroundings around, Addressing address, bool blocking) : ITransport
{
    public async Task<Reply> SendAsync(RequestEnvelope request, CancellationToken cancel)
    {
        using var socket = await OpenForOneAsync(cancel);
        var body = address.On(request).ToJson();
        var head = $"POST {ApiRoutes.Commands} HTTP/1.1\r\nHost: aetherscale\r\nConnection: close\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        try
        {
            await SendAsync(socket, (byte[])[.. Encoding.ASCII.GetBytes(head), .. body.Span]);
            var reply = new HttpReply(socket);
            await reply.ReadHeadAsync();
            return ParseEnvelope(reply.Status, await reply.ReadBodyAsync());
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unreachable.Lost(request.ChangesSomething()
                ? "connection lost; the command may have been carried out: check list-vms"
                : "connection lost", path, around);
        }
        catch (InvalidDataException e)
        {
            throw NotADaemon(e.Message);
        }
    }

    public Task<IGuestStream> ConnectAsync(string vm, int port, CancellationToken cancel) =>
        UpgradeAsync($"{ApiRoutes.Connect}?vm={Uri.EscapeDataString(vm)}&port={port}", cancel);

    public Task<IGuestStream> OpenConsoleAsync(string vm, int lines, CancellationToken cancel) =>
        UpgradeAsync($"{ApiRoutes.Console}?vm={Uri.EscapeDataString(vm)}&lines={lines}", cancel);

    private async Task<IGuestStream> UpgradeAsync(string target, CancellationToken cancel)
    {
        address.RequireNoHost();
        DaemonSocket? socket = await OpenAsync(cancel);
        try
        {
            var head = $"GET {target} HTTP/1.1\r\n"
                + $"Host: aetherscale\r\nConnection: Upgrade\r\nUpgrade: {ApiRoutes.StreamProtocol}\r\n\r\n";
            await SendAsync(socket, Encoding.ASCII.GetBytes(head));
            var reply = new HttpReply(socket);
            await reply.ReadHeadAsync();
            if (reply.Status == 101)
            {
                var stream = new SocketGuestStream(socket.Socket, reply.Rest);
                socket = null;
                return stream;
            }

            var error = ParseEnvelope(reply.Status, await reply.ReadBodyAsync()).ExecutionInfo;
            throw new CliException(ExitCodes.Refused, error.Describe());
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unreachable.Lost("connection lost", path, around);
        }
        catch (InvalidDataException e)
        {
            throw NotADaemon(e.Message);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    public async IAsyncEnumerable<DaemonFrame> FollowAsync(FollowRequest what, [EnumeratorCancellation] CancellationToken cancel)
    {
        address.RequireNoHost();
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(StreamSilence.Longest);
        using var socket = await OpenAsync(silence.Token);
        var head = $"GET {what.Path} HTTP/1.1\r\nHost: aetherscale\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n";
        await SendAsync(socket, Encoding.ASCII.GetBytes(head));
        var reply = new HttpReply(socket);
        var frames = new FrameReader(reply.ReadPartAsync);
        while (await NextAsync(reply, frames, silence, cancel) is { } frame)
        {
            yield return frame;
        }
    }

    public IAsyncEnumerable<DaemonFrame> UploadAsync(string path, SourceFile? source, CancellationToken cancel)
    {
        address.RequireNoHost();
        return ExchangeAsync($"PUT {path}", source, cancel);
    }

    public IAsyncEnumerable<DaemonFrame> TellAsync(RequestEnvelope request, CancellationToken cancel)
    {
        var body = address.On(request).ToJson();
        var message = new SourceFile(new MemoryStream(body.ToArray()), body.Length, request.Command, null);
        return ExchangeAsync($"POST {ApiRoutes.Commands}", message, cancel);
    }

    private async IAsyncEnumerable<DaemonFrame> ExchangeAsync(
        string what, SourceFile? source, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        silence.CancelAfter(StreamSilence.Longest);
        using var socket = await OpenAsync(silence.Token);
        var upload = source is null ? null : new SocketUpload(socket, source);
        var head = $"{what} HTTP/1.1\r\nHost: aetherscale\r\nAccept: text/event-stream\r\nConnection: close\r\n{upload?.Header ?? "Content-Length: 0\r\n"}\r\n";
        await SendAsync(socket, Encoding.ASCII.GetBytes(head));
        var sending = upload is null ? Task.CompletedTask : Task.Run(() => SendOrEndAsync(upload, over), CancellationToken.None);
        var reply = new HttpReply(socket);
        var frames = new FrameReader(reply.ReadPartAsync);
        try
        {
            while (await NextAsync() is { } frame)
            {
                yield return frame;
            }
        }
        finally
        {
            await over.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<DaemonFrame?> NextAsync()
        {
            try
            {
                return await this.NextAsync(reply, frames, silence, cancel);
            }
            catch (CliException) when (over.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                await sending;
                throw;
            }
        }
    }

    /// <summary>Where the source cannot be read, there is nothing to wait for.</summary>
    private static async Task SendOrEndAsync(SocketUpload upload, CancellationTokenSource over)
    {
        try
        {
            await upload.SendAsync(over.Token);
        }
        catch (CliException)
        {
            await over.CancelAsync();
            throw;
        }
    }

    private async Task<DaemonFrame?> NextAsync(
        HttpReply reply, FrameReader frames, CancellationTokenSource silence, CancellationToken cancel)
    {
        try
        {
            if (reply.Status == 0)
            {
                await reply.ReadHeadAsync();
                if (reply.Status != 200)
                {
                    throw new CliException(ExitCodes.Refused, ParseEnvelope(reply.Status, await reply.ReadBodyAsync()).ExecutionInfo.Describe());
                }
            }

            return await frames.ReadAsync(() => silence.CancelAfter(StreamSilence.Longest));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unreachable.Lost("the stream was cut off: the daemon has ended, or this reader was much too slow", path, around);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw StreamSilence.Error();
        }
        catch (InvalidDataException e)
        {
            throw NotADaemon(e.Message);
        }
    }

    /// <summary>Each request closes its own connection.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<IDaemonConnection> OpenForOneAsync(CancellationToken cancel) =>
        (blocking ? BlockingConnection.TryOpen(path, cancel) : null) ?? (IDaemonConnection)await OpenAsync(cancel);

    private async Task<DaemonSocket> OpenAsync(CancellationToken cancel)
    {
        var socket = new DaemonSocket(cancel);
        try
        {
            await socket.ConnectAsync(path);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw Unreachable.Because(e, path, around);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task SendAsync(IDaemonConnection socket, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // A daemon that refuses early closes its side for reading; its answer may be there all the same.
        }
    }

    private Reply ParseEnvelope(int status, ReadOnlyMemory<byte> body)
    {
        try
        {
            return Reply.Parse(body);
        }
        catch (JsonException)
        {
            throw NotADaemon($"HTTP {status} without an envelope");
        }
    }

    private CliException NotADaemon(string detail) =>
        new(ExitCodes.Unreachable, $"what answers on {path} is not an aetherscale daemon: {detail}");
}

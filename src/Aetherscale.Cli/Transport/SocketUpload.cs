using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Aetherscale.Cli.Transport;

/// <summary>Sends a file as the body of an HTTP request, until it ends or nobody wants it any more.</summary>
internal sealed class SocketUpload(DaemonSocket socket, SourceFile source)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>What the request's head says of the body.</summary>
    public string Header => source.Length is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n")
        : "Transfer-Encoding: chunked\r\n";

    /// <exception cref="CliException">The source cannot be read to its end.</exception>
    public async Task SendAsync(CancellationToken cancel)
    {
        var chunk = new byte[ChunkBytes];
        var sent = 0L;
        try
        {
            while (await ReadAsync(chunk, cancel) is > 0 and var count)
            {
                await SendPartAsync(chunk.AsMemory(0, count));
                sent += count;
            }

            if (source.Length is null)
            {
                await socket.SendAsync("0\r\n\r\n"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            // The daemon wants no more of it; its answer tells why.
            return;
        }

        if (source.Length is { } length && sent < length)
        {
            throw new CliException(ExitCodes.Usage, $"{source.Words} ended after {sent} of {length} bytes; it was changed while it was read");
        }
    }

    private async Task SendPartAsync(ReadOnlyMemory<byte> part)
    {
        if (source.Length is not null)
        {
            await socket.SendAsync(part);
            return;
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{part.Length:x}\r\n")));
        await socket.SendAsync(part);
        await socket.SendAsync("\r\n"u8.ToArray());
    }

    private async Task<int> ReadAsync(byte[] chunk, CancellationToken cancel)
    {
        try
        {
            // The read of a pipe does not end by itself when it is cancelled.
            return await source.Bytes.ReadAsync(chunk, cancel).AsTask().WaitAsync(cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{source.Words} cannot be read: {e.Message}");
        }
    }
}

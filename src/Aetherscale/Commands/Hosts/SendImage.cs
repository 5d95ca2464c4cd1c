using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Images.Imports;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands.Hosts;

/// <summary><c>read-image</c> and <c>send-image</c>: this host's part in fetching an image that it has.</summary>
internal sealed class SendImage(ImageStore images, ImageFacts facts, BackgroundWork background)
{
    private const int PartBytes = 256 * 1024;

    /// <summary>As <c>show-image</c>, with the digest, for which all of the file may have to be read.</summary>
    public async Task<ImageDetails> ReadAsync(ImageOptions options, CancellationToken cancellation)
    {
        var name = ImageFacts.Name(options.Name);
        await images.ResolveAsync(name, cancellation);
        return facts.Of(name);
    }

    /// <summary>Answers before the content is sent. What is removed meanwhile is sent to its end.</summary>
    public async Task<ConnectVmResponse> RunAsync(SendImageOptions options, Requester requester, CancellationToken stopping)
    {
        var open = requester.StreamTo(CommandNames.SendImage, options.Queue);
        var digest = Checksum.TryParse(options.Digest, out var checksum) && ImageRecord.IsDigest(checksum!.Hex) ? checksum.Hex
            : throw new AetherscaleException(BadRequest, "\"digest\" must be sha256: and 64 hexadecimal digits.");
        var file = ImageFile.Open(images.DigestPathOf(digest)) ?? throw new AetherscaleException(ImageNotFound, $"no image here has the digest {checksum}");
        try
        {
            var (queue, client) = await open(stopping);
            background.Adopt(CarryAsync(file, client, stopping), $"{CommandNames.SendImage} {checksum}");
            return new ConnectVmResponse { Queue = queue };
        }
        catch (Exception)
        {
            file.Dispose();
            throw;
        }
    }

    private static async Task CarryAsync(SafeFileHandle content, IConnectedClient client, CancellationToken stopping)
    {
        using var file = content;
        await using var peer = client;
        try
        {
            var part = new byte[PartBytes];
            for (var at = 0L; await RandomAccess.ReadAsync(file, part, at, stopping) is > 0 and var count; at += count)
            {
                await client.Bytes.WriteAsync(part.AsMemory(0, count), stopping);
            }

            await client.EndWritingAsync(stopping);

            // The other side breaks off what it has not read when what it says to us comes back.
            _ = await client.Bytes.ReadAsync(part, stopping);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The other host is told by the end of the stream, or is the one that has gone.
        }
    }
}

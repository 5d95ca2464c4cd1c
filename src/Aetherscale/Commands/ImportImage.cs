using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary><c>import-image</c>: an image from its requester or from a URL into the store.</summary>
internal sealed class ImportImage(ImageImporter importer, UrlImport urls, Download download, ImageFacts facts)
{
    private const string NoChecksum = "none";
    private const string FromRequester = "upload";

    public async Task<ImageDetails> RunAsync(ImportImageOptions options, Requester requester, CancellationToken stopping)
    {
        var name = ImageFacts.Name(options.Name);
        var format = ImageFormats.Parse(options.Format);
        var checksum = ReadChecksum(options.Checksum);
        var meter = requester.Upload?.Meter ?? new ImportMeter();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, requester.Upload is null ? default : requester.Gone);
        try
        {
            await Task.Run(() => ImportAsync(name, options, checksum, format, requester.Upload, meter, over.Token), CancellationToken.None);
            return facts.Of(name);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new AetherscaleException(ImportFailed, "whoever wanted it has gone");
        }
    }

    private async Task ImportAsync(
        ImageName name, ImportImageOptions options, Checksum? checksum, ImageFormat? format, ImageUpload? upload, ImportMeter meter, CancellationToken cancellation)
    {
        if (options.Url is not { } text)
        {
            var bytes = upload?.Bytes ?? throw new AetherscaleException(
                BadRequest, $"\"url\" is missing. A file is sent with PUT {ApiRoutes.Images} on the daemon's socket, as aetherscale-cli does.");
            var source = Quoted.Plain(options.Source ?? FromRequester);
            await importer.ImportAsync(name, new ImageSource(bytes, upload.Length, source, checksum, format), meter, cancellation);
            return;
        }

        var url = Download.Parse(text);
        checksum ??= options.Checksum == NoChecksum ? null : await FindChecksumAsync(url, cancellation);
        await urls.RunAsync(name, new RemoteImage(url, checksum, format, null), meter, cancellation);
    }

    private async Task<Checksum?> FindChecksumAsync(Uri url, CancellationToken cancellation)
    {
        var name = Uri.UnescapeDataString(url.Segments[^1]);
        foreach (var list in ChecksumList.Names.Where(list => list != name))
        {
            if (await download.ReadBesideAsync(url, list, cancellation) is { } lines && ChecksumList.Find(lines, name) is { } found)
            {
                return ReadChecksum(found);
            }
        }

        return null;
    }

    private static Checksum? ReadChecksum(string? text) => text is null or NoChecksum ? null
        : Checksum.TryParse(text, out var checksum) ? checksum
        : throw new AetherscaleException(BadRequest, $"\"checksum\" is none: {Checksum.Rule}; or it is \"{NoChecksum}\".");
}

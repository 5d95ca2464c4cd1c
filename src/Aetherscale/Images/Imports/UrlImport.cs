using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>Fetches an image and imports it. What has come of it stays for the next try, unless that would come to the same.</summary>
internal sealed class UrlImport(Download download, ImageImporter importer)
{
    /// <exception cref="AetherscaleException"><c>import-failed</c>, or of the import.</exception>
    public async Task RunAsync(ImageName name, RemoteImage image, ImportMeter meter, CancellationToken cancellation)
    {
        var file = await download.FetchAsync(image.Url, start => importer.CheckStartAsync(start, image.Format, cancellation), meter, cancellation);
        try
        {
            await ImportAsync(name, file, image, meter, cancellation);
        }
        catch (AetherscaleException error) when (error.Code == ChecksumMismatch && file.IsFromBefore)
        {
            // The server may have another file by now than when an earlier try fetched it.
            file = await download.FetchAnewAsync(image.Url, meter, cancellation);
            await ImportAsync(name, file, image, meter, cancellation);
        }
    }

    private async Task ImportAsync(ImageName name, DownloadedFile file, RemoteImage image, ImportMeter meter, CancellationToken cancellation)
    {
        try
        {
            await using var bytes = file.OpenToRead();
            var source = new ImageSource(bytes, bytes.Length, image.Url.AbsoluteUri, image.Checksum, image.Format) { Firmware = image.Firmware };
            await importer.ImportAsync(name, source, meter, cancellation);
            file.Remove();
        }
        catch (AetherscaleException error) when (error.Code is ImageUnsafe or ImageTooBig or ChecksumMismatch)
        {
            file.Remove();
            throw;
        }
        finally
        {
            file.Release();
        }
    }
}

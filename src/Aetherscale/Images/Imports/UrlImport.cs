using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>Fetches an image and imports it. What has come of it stays for the next try, unless that would come to the same.</summary>
internal sealed class UrlImport(Download download, ImageImporter importer)
{
    /// <exception cref="AetherscaleException"><c>import-failed</c>, or of the import.</exception>
    public async Task RunAsync(
        ImageName name, Uri url, Checksum? checksum, ImageFormat? format, ImportMeter meter, CancellationToken cancellation)
    {
        var file = await download.FetchAsync(url, meter, cancellation);
        try
        {
            await using var bytes = file.OpenToRead();
            await importer.ImportAsync(name, new ImageSource(bytes, bytes.Length, url.AbsoluteUri, checksum, format), meter, cancellation);
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

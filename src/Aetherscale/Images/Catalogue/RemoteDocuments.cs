using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Catalogue;

/// <summary>Reads what servers say of their images. It is fetched whole first, with all the patience that images are fetched with.</summary>
internal sealed class RemoteDocuments(Download download)
{
    /// <summary>The largest known is some 10 MB.</summary>
    private const long MaximumBytes = 64 << 20;

    /// <exception cref="AetherscaleException"><c>import-failed</c>: it cannot be fetched, or is something else.</exception>
    public Task<T> ReadAsync<T>(Uri url, JsonTypeInfo<T> type, CancellationToken cancellation) => ReadAsync(
        url,
        async bytes =>
        {
            try
            {
                return await JsonSerializer.DeserializeAsync(bytes, type, cancellation) ?? throw new JsonException("it is null");
            }
            catch (JsonException error)
            {
                throw new AetherscaleException(ImportFailed, $"{Quoted.Plain(url.AbsoluteUri)} is no simplestreams document: {error.Message}", error);
            }
        },
        cancellation);

    /// <exception cref="AetherscaleException"><c>import-failed</c>: it cannot be fetched.</exception>
    public Task<string> ReadTextAsync(Uri url, CancellationToken cancellation) => ReadAsync(
        url,
        async bytes =>
        {
            using var reader = new StreamReader(bytes);
            return await reader.ReadToEndAsync(cancellation);
        },
        cancellation);

    private async Task<T> ReadAsync<T>(Uri url, Func<Stream, Task<T>> read, CancellationToken cancellation)
    {
        var file = await download.FetchAnewAsync(url, new ImportMeter(), cancellation);
        try
        {
            if (file.Length > MaximumBytes)
            {
                throw new AetherscaleException(ImportFailed, $"{Quoted.Plain(url.AbsoluteUri)} is longer than {MaximumBytes >> 20} MiB");
            }

            await using var bytes = file.OpenToRead();
            return await read(bytes);
        }
        finally
        {
            file.Remove();
            file.Release();
        }
    }
}

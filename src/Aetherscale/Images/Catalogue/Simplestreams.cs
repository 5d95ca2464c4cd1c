using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Catalogue;

/// <summary>
/// Finds images on a simplestreams server (https://git.launchpad.net/simplestreams/tree/doc): an index, which names lists of products,
/// which have versions, which have files with their checksums.
/// </summary>
internal sealed class Simplestreams(RemoteDocuments documents)
{
    private const string Index = "streams/v1/index.json";
    private const string Downloads = "image-downloads";
    private const string Format = "products:1.0";
    private const string Architecture = "amd64";

    /// <summary>Incus, for whose VMs these are made, boots all of them by UEFI.</summary>
    private const string IncusDisk = "disk-kvm.img";

    /// <summary>Disks of virtual machines, the better first: as the Incus community's servers call them, and as Ubuntu's do.</summary>
    private static readonly string[] s_disks = [IncusDisk, "disk1.img"];

    /// <summary>The newest disk that has this alias; null where the server knows none.</summary>
    /// <param name="server">Its root, with a slash at the end.</param>
    /// <param name="alias">One of a product's.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="AetherscaleException"><c>import-failed</c>.</exception>
    public async Task<CatalogueEntry?> FindAsync(Uri server, string alias, CancellationToken cancellation)
    {
        var index = await documents.ReadAsync(new Uri(server, Index), StreamsJson.Default.StreamIndex, cancellation);
        foreach (var list in (index.Index ?? NoLists).Values.Where(list => list is { Datatype: Downloads, Format: Format, Path: not null }))
        {
            var products = await documents.ReadAsync(Resolve(server, list.Path!), StreamsJson.Default.StreamProducts, cancellation);
            if ((products.Products ?? NoProducts).Values.Where(product => Has(product, alias)).Select(Newest).OfType<StreamItem>().FirstOrDefault() is { } disk)
            {
                return new CatalogueEntry(Resolve(server, disk.Path!), ChecksumOf(disk)!, disk.Ftype == IncusDisk ? "uefi" : null);
            }
        }

        return null;
    }

    private static IReadOnlyDictionary<string, StreamIndexEntry> NoLists { get; } = new Dictionary<string, StreamIndexEntry>();

    private static IReadOnlyDictionary<string, StreamProduct> NoProducts { get; } = new Dictionary<string, StreamProduct>();

    private static bool Has(StreamProduct product, string alias) =>
        product.Arch == Architecture && (product.Aliases ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(alias);

    private static StreamItem? Newest(StreamProduct product) =>
        (product.Versions?.OrderByDescending(version => version.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, StreamVersion>>())
        .Select(version => DiskOf(version.Value)).OfType<StreamItem>().FirstOrDefault();

    private static StreamItem? DiskOf(StreamVersion version) => s_disks
        .Select(kind => version.Items?.Values.FirstOrDefault(item => item is { Path: not null } && item.Ftype == kind && ChecksumOf(item) is not null))
        .OfType<StreamItem>().FirstOrDefault();

    private static Checksum? ChecksumOf(StreamItem item) => Checksum.TryParse($"sha256:{item.Sha256}", out var checksum) ? checksum : null;

    private static Uri Resolve(Uri server, string path) => Uri.TryCreate(server, path, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw new AetherscaleException(ImportFailed, $"{Quoted.Plain(server.AbsoluteUri)} names a file that is on no web server: {Quoted.Of(path)}");
}

using Aetherscale.Images.Imports;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Catalogue;

/// <summary>Where the images that have names such as <c>debian:12</c> are: the user's file, read anew each time, and then what is built in.</summary>
/// <param name="file">The user's.</param>
/// <param name="documents">Reads lists of checksums.</param>
/// <param name="streams">Asks servers.</param>
/// <param name="findChecksum">Finds a file's checksum in a list of them.</param>
internal sealed class ImageCatalogue(CatalogueFile file, RemoteDocuments documents, Simplestreams streams, Func<string, string, string?> findChecksum)
{
    private const string Resource = "catalogue";

    /// <summary>The lines that this program comes with.</summary>
    public static IReadOnlyList<CatalogueLine> BuiltIn { get; } = ReadBuiltIn();

    /// <summary>Reads a reference.</summary>
    /// <exception cref="AetherscaleException"><c>bad-name</c>: it is none, or there is no such remote; or <c>bad-catalogue</c>.</exception>
    public ImageReference Parse(string text)
    {
        if (!ImageReference.TryParse(text, out var reference))
        {
            if (Lines().Where(line => line.Remote == text).ToList() is { Count: > 0 } remote)
            {
                throw new AetherscaleException(BadName, $"\"{text}\" names no image of {text}: {Offer(text, remote)}.");
            }

            throw new AetherscaleException(BadName, $"{Quoted.Of(text)} is no image name: {ImageName.Rule}; {ImageReference.Rule}.");
        }

        var remotes = Lines().Select(line => line.Remote).Distinct().ToList();
        return remotes.Contains(reference.Remote)
            ? reference
            : throw new AetherscaleException(
                BadName,
                $"{Quoted.Of(text)} is no image name: {ImageName.Rule}; and there is no remote \"{reference.Remote}\": there are {string.Join(", ", remotes)}, and "
                + $"more can be added by add-remote, or in {file.Path}.");
    }

    /// <summary>What the reference leads to today. The first line that names the image counts, or the first server: whoever names one of their own means it.</summary>
    /// <exception cref="AetherscaleException"><c>image-not-found</c>, <c>import-failed</c> or <c>bad-catalogue</c>.</exception>
    public async Task<CatalogueEntry> FindAsync(ImageReference reference, CancellationToken cancellation)
    {
        var lines = Lines().Where(line => line.Remote == reference.Remote).ToList();
        var entry = lines.Find(line => line.Checksums is null || line.Aliases.Contains(reference.Alias)) switch
        {
            null => null,
            { Checksums: null } server => await streams.FindAsync(server.Url, reference.Alias, cancellation),
            { Checksums: { } checksums } image => new CatalogueEntry(image.Url, await ReadChecksumAsync(image.Url, checksums, cancellation), null),
        };
        var known = string.Join(", ", lines.SelectMany(line => line.Aliases));
        return entry ?? throw new AetherscaleException(
            ImageNotFound, $"{reference.Remote} has no image \"{reference.Alias}\" for this host{(known.Length > 0 ? $"; it has, among others: {known}" : "")}");
    }

    /// <summary>What may be written after the remote's colon. A server has a list of its own, which is not fetched for this.</summary>
    private static string Offer(string remote, IReadOnlyList<CatalogueLine> lines)
    {
        string[] images = [.. lines.SelectMany(line => line.Aliases).Select(alias => $"{remote}:{alias}").Distinct()];
        string[] servers = [.. lines.Where(line => line.Checksums is null).Select(line => $"{line.Url} has a list of what may follow \"{remote}:\"")];
        return string.Join("; ", [.. images.Length > 0 ? [$"there are {string.Join(", ", images)}"] : Array.Empty<string>(), .. servers]);
    }

    private static IReadOnlyList<CatalogueLine> ReadBuiltIn()
    {
        using var reader = new StreamReader(typeof(ImageCatalogue).Assembly.GetManifestResourceStream(Resource)!);
        return CatalogueLine.ReadAll(reader.ReadToEnd(), Resource);
    }

    private IEnumerable<CatalogueLine> Lines() =>
        [.. file.Read(), .. BuiltIn];

    /// <summary>A list with a line for each file, or one file's checksum and nothing else.</summary>
    private async Task<Checksum> ReadChecksumAsync(Uri image, string checksums, CancellationToken cancellation)
    {
        var url = new Uri(image, checksums);
        var list = await documents.ReadTextAsync(url, cancellation);
        return Checksum.TryParse(findChecksum(list, Uri.UnescapeDataString(image.Segments[^1])) ?? list.Trim(), out var checksum)
            ? checksum!
            : throw new AetherscaleException(
                ImportFailed, $"{Quoted.Plain(url.AbsoluteUri)} has no checksum of {Quoted.Plain(image.AbsoluteUri)}, and without one nothing is pulled");
    }
}

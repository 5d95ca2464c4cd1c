using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Catalogue;

/// <summary>A line of a catalogue's file: an image and where its checksum is, or a simplestreams server.</summary>
/// <param name="Remote">The word before the colon of what it serves.</param>
/// <param name="Aliases">The words after it; none for a server, which has a list of its own.</param>
/// <param name="Url">The image, or the server, with a slash at its end.</param>
/// <param name="Checksums">The list of checksums, as an address relative to the image; null for a server.</param>
internal sealed record CatalogueLine(string Remote, IReadOnlyList<string> Aliases, Uri Url, string? Checksums)
{
    private const char Comment = '#';

    /// <summary>Reads all lines of a file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="place">Its path, for error texts.</param>
    /// <exception cref="AetherscaleException"><c>bad-catalogue</c>: a line is none; the reason says which, and what is wrong.</exception>
    public static IReadOnlyList<CatalogueLine> ReadAll(string text, string place)
    {
        var lines = new List<CatalogueLine>();
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var words = line.Split(Comment)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                lines.Add(TryRead(words) ?? throw new AetherscaleException(
                    BadCatalogue,
                    $"{place}({number + 1}): {Quoted.Of(line.Trim())} is neither \"REMOTE:IMAGE[,IMAGE…] URL CHECKSUMS\" nor \"REMOTE URL\" of a simplestreams server"));
            }
        }

        return lines;
    }

    private static CatalogueLine? TryRead(string[] words)
    {
        if (words is [var remote, var server] && IsRemote(remote) && TryUrl(server.TrimEnd('/') + '/', out var root))
        {
            return new CatalogueLine(remote, [], root, null);
        }

        return words is [var image, var file, var checksums] && image.Split(':') is [var from, var names] && TryUrl(file, out var url)
            && names.Split(',') is var aliases && aliases.All(alias => ImageReference.TryParse($"{from}:{alias}", out _))
            ? new CatalogueLine(from, aliases, url, checksums)
            : null;
    }

    private static bool IsRemote(string text) => ImageReference.TryParse($"{text}:x", out _);

    private static bool TryUrl(string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;
}

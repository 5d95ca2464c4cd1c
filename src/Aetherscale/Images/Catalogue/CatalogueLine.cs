using System.Buffers;
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
    private const string NameRule = "a lower-case letter, then lower-case letters, digits and hyphens, up to 62 in all";

    // A line's words end here; what cannot stand in a line is no part of an address either.
    private static readonly SearchValues<char> s_endOfWord = SearchValues.Create(" \t\r\n\f\v\0#?");

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

    /// <summary>The line of a server.</summary>
    /// <exception cref="AetherscaleException"><c>bad-name</c> or <c>bad-request</c>.</exception>
    public static CatalogueLine Server(string remote, string url) =>
        !IsRemote(remote) ? throw new AetherscaleException(BadName, $"{Quoted.Of(remote)} is no name of a remote: {NameRule}.")
        : url.AsSpan().ContainsAny(s_endOfWord) || !TryUrl(url.TrimEnd('/') + '/', out var root)
            ? throw new AetherscaleException(BadRequest, $"\"url\" must be an address by http or https, without a password, and not {Quoted.Of(url)}.")
        : new CatalogueLine(remote, [], root, null);

    /// <summary>Whether both are servers of one name.</summary>
    public bool IsSameServer(CatalogueLine other) => Checksums is null && other.Checksums is null && Remote == other.Remote;

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

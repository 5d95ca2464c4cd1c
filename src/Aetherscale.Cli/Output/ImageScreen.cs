using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of the commands on images.</summary>
internal static class ImageScreen
{
    private const int VmsShown = 3;
    private const int DigestDigits = 12;

    private static readonly string[] s_headers = ["NAME", "SIZE", "VIRTUAL", "USED-BY", "DIGEST", "AGE", "SOURCE", "HINT"];

    /// <summary>A row for each image.</summary>
    public static Screen ListOf(IReadOnlyList<Reply> replies, DateTimeOffset now)
    {
        var images = replies.SelectMany(reply => reply.Read(Replies.Json.IReadOnlyListImageSummary)).ToList();
        var columns = images.Exists(image => image.Hint is not null) ? s_headers.Length : s_headers.Length - 1;
        return new Screen(
            new Sheet(s_headers[..columns], [.. images.Select(image => new ArraySegment<Cell>(Row(image, now), 0, columns))]),
            [.. images.Select(image => image.Name)],
            "There are no images yet. Import one:  aetherscale-cli import-image NAME SOURCE");
    }

    /// <summary>One line for each fact.</summary>
    public static Screen DetailsOf(IReadOnlyList<Reply> replies)
    {
        ImageDetails[] images = [.. replies.Select(reply => reply.Read(Replies.Json.ImageDetails))];
        return new Screen(new Sheet(Headers: null, [.. images.SelectMany(Facts)]), [.. images.Select(image => image.Name)]);
    }

    /// <summary>What was imported or copied.</summary>
    public static Screen ResultOf(IReadOnlyList<Reply> replies)
    {
        ImageDetails[] images = [.. replies.Select(reply => reply.Read(Replies.Json.ImageDetails))];
        return new Screen(
            new Sheet(["NAME", "SIZE", "VIRTUAL", "DIGEST"], [.. images.Select(image => (Cell[])[new(image.Name, Tone.Strong), Size(image.Size), Size(image.VirtualSize), Digest(image)])]),
            [.. images.Select(image => image.Name)]);
    }

    /// <summary>What was deleted; the requester knows it.</summary>
    public static Screen DeletedOf(IReadOnlyList<Reply> replies) => new(
        new Sheet(["NAME", "STATUS"], [.. replies.Select(reply => reply.Read(Replies.Json.DeleteImageResponse)).Select(image => (Cell[])[new(image.Name, Tone.Strong), new(image.Status)])]),
        []);

    private static Cell[] Row(ImageSummary image, DateTimeOffset now) =>
    [
        new(image.Name, Tone.Strong),
        Size(image.Size),
        Size(image.VirtualSize),
        new(Vms(image.UsedBy)),
        Digest(image),
        new(Age.Of(image.Created, now)),
        new(image.Source),
        new(image.Hint),
    ];

    private static IEnumerable<Cell[]> Facts(ImageDetails image)
    {
        (string Name, Cell Value)[] facts =
        [
            ("name", new(image.Name, Tone.Strong)),
            ("hint", new(image.Hint)),
            ("size", Bytes(image.Size)),
            ("virtual-size", Bytes(image.VirtualSize)),
            ("used-by", new(image.UsedBy.Count > 0 ? string.Join(", ", image.UsedBy) : null)),
            ("source", new(image.Source)),
            ("source-format", new(image.SourceFormat)),
            ("source-checksum", new(image.SourceChecksum)),
            ("firmware", new(image.Firmware)),
            ("digest", new(image.Digest)),
            ("created", new(image.Created?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
            ("file", new(image.File)),
            ("base", new(image.Base)),
        ];
        return facts.Where(fact => fact.Value.Text is not null).Select(fact => (Cell[])[new(fact.Name), fact.Value]);
    }

    /// <summary>Without a space, so that a column stays a column.</summary>
    private static Cell Size(long? bytes) => new(ByteSize.Of(bytes)?.Replace(" ", "", StringComparison.Ordinal));

    private static Cell Bytes(long? bytes) =>
        new(bytes is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number} ({ByteSize.Of(number)})") : null);

    private static Cell Digest(ImageSummary image) =>
        new(image.Digest is { } digest ? digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..][..DigestDigits] : null);

    private static string? Vms(IReadOnlyList<string> vms) => vms.Count == 0 ? null
        : string.Join(',', vms.Take(VmsShown)) + (vms.Count > VmsShown ? string.Create(CultureInfo.InvariantCulture, $",+{vms.Count - VmsShown}") : "");
}

using System.CommandLine;
using System.Globalization;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Transport;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>import-image</c>: a file, standard input or a URL into the store.</summary>
internal sealed class ImportImage : Verb
{
    private readonly Session _session;
    private readonly Argument<string> _name = new("NAME") { Description = "The name that the image is to have.", HelpName = "NAME" };
    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "A file, - for standard input, or an http:// or https:// URL, which the daemon fetches.",
        HelpName = "SOURCE",
    };

    private readonly Option<string?> _checksum = new("--checksum")
    {
        Description = "What the source must hash to: sha256: or sha512: and hexadecimal digits. Without it, a SHA256SUMS or SHA512SUMS "
            + "beside the source counts; with none, it does not.",
        HelpName = "SUM",
    };

    private readonly Option<string?> _format = new("--format")
    {
        Description = "qcow2, raw or vmdk; told by its first bytes when not given.",
        HelpName = "FORMAT",
        CustomParser = static result => result.Tokens[0].Value is "qcow2" or "raw" or "vmdk"
            ? result.Tokens[0].Value
            : result.Fail<string>($"--format takes qcow2, raw or vmdk, not \"{result.Tokens[0].Value}\""),
    };

    public ImportImage(Session session)
        : base(CommandNames.ImportImage, "put an image into the store")
    {
        _session = session;
        _format.CompletionSources.Add("qcow2", "raw", "vmdk");
        Add(_name);
        Add(_source);
        Add(_checksum);
        Add(_format);
    }

    public override string Synopsis => "import-image NAME SOURCE [--checksum SUM] [--format FORMAT]";

    public override IReadOnlyList<string> Details =>
    [
        "Reads a disk image, unpacks it (gzip, xz, zstd), checks that it is whole and names no other file, makes a qcow2 image of "
        + "it and puts that under the name. Where an image has the name already, it is replaced; the VMs that were made from "
        + "it keep theirs.",
        "It ends with Ctrl-C, and leaves nothing then. Of a URL, what has come is kept for a day: typed again, the command "
        + "fetches the rest. Over a broker only a URL can be imported, and the import goes on without this program.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("A distribution's cloud image", "aetherscale-cli import-image debian https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"),
        new("A file, with the checksum that it must have", "aetherscale-cli import-image alpine alpine.raw.xz --checksum sha256:0f3d…"),
        new("From another host", "ssh host cat disk.img | aetherscale-cli import-image backup -"),
    ];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var source = line.GetRequiredValue(_source);
        var isUrl = source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        var options = new ImportImageOptions
        {
            Name = line.GetRequiredValue(_name),
            Url = isUrl ? source : null,
            Checksum = line.GetValue(_checksum),
            Format = line.GetValue(_format),
        };
        if (!isUrl && SchemeOf(source) is { } scheme)
        {
            throw new CliException(ExitCodes.Usage, $"{scheme}:// is not fetched, only http:// and https:// are")
            {
                Advice = scheme.Equals("file", StringComparison.OrdinalIgnoreCase)
                    ? $"Name the file by its path: {source[(scheme.Length + 3)..]}"
                    : $"Fetch it with another program, as in: curl {source} | {CliRoot.ProgramName} import-image {options.Name} -",
            };
        }

        if (!_session.IsByBroker(line))
        {
            return ImportAsync(line, options, source, cancel);
        }

        if (!isUrl)
        {
            throw new CliException(ExitCodes.Usage, "a broker carries no files: name a URL that the daemon can fetch, or ask the daemon on its own host");
        }

        var request = _session.Request(CommandNames.ImportImage, options, ContractJson.Wire.ImportImageOptions);
        return _session.SendAsync(line, $"Importing {options.Name}", [request], ImageScreen.ResultOf, cancel);
    }

    private async Task<int> ImportAsync(ParseResult line, ImportImageOptions options, string source, CancellationToken cancel)
    {
        if (options.Url is not null)
        {
            return await _session.UploadAsync(line, PathOf(options), null, ImageScreen.ResultOf, cancel);
        }

        await using var file = await SourceFile.OpenAsync(source, _session.Around, cancel);
        var sent = options with { Source = file.Words, Checksum = options.Checksum ?? file.Checksum };
        return await _session.UploadAsync(line, PathOf(sent), file, ImageScreen.ResultOf, cancel);
    }

    /// <returns>Null for a path.</returns>
    private static string? SchemeOf(string source) =>
        source.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && source[..end].All(char.IsAsciiLetterOrDigit) ? source[..end] : null;

    private static string PathOf(ImportImageOptions options)
    {
        (string Name, string? Value)[] query =
            [("name", options.Name), ("url", options.Url), ("checksum", options.Checksum), ("format", options.Format), ("source", options.Source)];
        var parts = query.Where(part => part.Value is not null)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return $"{ApiRoutes.Images}?{string.Join('&', parts)}";
    }
}

using System.Text.RegularExpressions;

namespace Aetherscale.Images.Catalogue;

/// <summary>An image of the catalogue, as a user names it: <c>debian:12</c>, <c>images:alpine/3.20</c>.</summary>
internal readonly partial record struct ImageReference
{
    /// <summary>The grammar in words, for error texts.</summary>
    public const string Rule =
        "an image of the catalogue is REMOTE:IMAGE, as debian:12 or images:alpine/3.20, of up to 64 letters, digits, dots, hyphens and slashes";

    private const int MaximumLength = 64;

    private ImageReference(string remote, string alias, ImageName name)
    {
        Remote = remote;
        Alias = alias;
        Name = name;
    }

    /// <summary>Who has it: the text before the colon.</summary>
    public string Remote { get; }

    /// <summary>What it is called there.</summary>
    public string Alias { get; }

    /// <summary>
    /// Its name in the store: the same text with <c>_</c> for the colon and the slashes. A reference has no <c>_</c> of its own, so no two of
    /// them share a name.
    /// </summary>
    public ImageName Name { get; }

    public static bool TryParse(string? text, out ImageReference reference)
    {
        reference = default;
        if (text is not { Length: <= MaximumLength } || Grammar().Match(text) is not { Success: true } match
            || !ImageName.TryParse(text.Replace(':', '_').Replace('/', '_'), out var name))
        {
            return false;
        }

        reference = new ImageReference(match.Groups[1].Value, match.Groups[2].Value, name);
        return true;
    }

    public override string ToString() => $"{Remote}:{Alias}";

    [GeneratedRegex(@"\A([a-z][a-z0-9-]*):([A-Za-z0-9][A-Za-z0-9.-]*(?:/[A-Za-z0-9][A-Za-z0-9.-]*)*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}

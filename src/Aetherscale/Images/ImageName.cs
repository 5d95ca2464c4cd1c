using System.Text.RegularExpressions;

namespace Aetherscale.Images;

/// <summary>
/// A base image's name: the file's name in the images folder, without <c>.qcow2</c>. Safe in any path.
/// </summary>
internal readonly partial record struct ImageName
{
    /// <summary>The grammar in words, for error texts.</summary>
    public const string Rule =
        "an image's name has 1 to 64 letters, digits, dots, hyphens and underscores, and starts with a letter or digit";

    private ImageName(string text) => Text = text;

    /// <summary>The name as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>False when the text is not a name; then nothing may be made of it, a path least of all.</summary>
    public static bool TryParse(string? text, out ImageName name)
    {
        var matches = text is not null && Grammar().IsMatch(text);
        name = matches ? new ImageName(text!) : default;
        return matches;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    // \z and not $: the latter accepts a trailing newline.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}

using System.Diagnostics.CodeAnalysis;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// A VM's name: a lower-case letter, then up to 62 lower-case letters, digits or hyphens. Eight letters alone are no name,
/// so that none is ever taken for an id.
/// </summary>
internal readonly record struct VmName
{
    /// <summary>The grammar, for people.</summary>
    public const string Grammar =
        "a lower-case letter, then up to 62 lower-case letters, digits or hyphens, and not eight letters alone, which is an id";

    private const int MaxLength = 63;

    private readonly string _text;

    private VmName(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out VmName name)
    {
        var matches = text is { Length: >= 1 and <= MaxLength }
            && char.IsAsciiLetterLower(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && !VmId.TryParse(text, out _);
        name = matches ? new VmName(text!) : default;
        return matches;
    }

    public override string ToString() => _text;
}

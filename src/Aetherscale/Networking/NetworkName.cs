using System.Diagnostics.CodeAnalysis;

namespace Aetherscale.Networking;

/// <summary>A network's name: a lower-case letter, then up to 14 lower-case letters, digits or hyphens.</summary>
internal readonly record struct NetworkName
{
    private const int MaxLength = 15;

    private readonly string _text;

    private NetworkName(string text) => _text = text;

    public static bool TryParse([NotNullWhen(true)] string? text, out NetworkName name)
    {
        var matches = text is { Length: >= 1 and <= MaxLength }
            && char.IsAsciiLetterLower(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        name = matches ? new NetworkName(text!) : default;
        return matches;
    }

    public override string ToString() => _text;
}

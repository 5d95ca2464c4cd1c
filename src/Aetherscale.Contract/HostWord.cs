using System.Text.RegularExpressions;

namespace Aetherscale.Contract;

/// <summary>The words by which hosts of a fleet are called and picked.</summary>
public static partial class HostWord
{
    /// <summary>What a host's name is, to follow "must be".</summary>
    public const string NameRule = "a letter or digit, then up to 62 letters, digits, dots or hyphens";

    /// <summary>What a label is, to follow "must be".</summary>
    public const string LabelRule = "a word or key=value: a lower-case letter or digit, then up to 62 of those or of . _ = / -";

    /// <summary>Whether a host can have this name.</summary>
    public static bool IsName(string? text) => text is not null && NamePattern().IsMatch(text);

    /// <summary>Whether a host can have this label.</summary>
    public static bool IsLabel(string? text) => text is not null && LabelPattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9.-]{0,62}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._=/-]{0,62}\z")]
    private static partial Regex LabelPattern();
}

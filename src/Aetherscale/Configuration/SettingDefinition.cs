namespace Aetherscale.Configuration;

/// <summary>One setting: <c>key</c> in config.toml, <c>--key</c> as a flag, <c>AETHERSCALE_KEY</c> as a variable.</summary>
/// <param name="Key">Kebab-case.</param>
/// <param name="Description">One line for <c>--help</c>.</param>
/// <param name="Default">The text that is in force when nobody says otherwise.</param>
/// <param name="Problem">Says what is wrong with a text, or null when it will do.</param>
/// <param name="Canonical">The one spelling of a text that will do; null where each text is its own.</param>
internal sealed record SettingDefinition(
    string Key,
    string Description,
    Func<HostEnvironment, string> Default,
    Func<string, string?> Problem,
    Func<string, string>? Canonical = null)
{
    /// <summary>Null where a value may be seen by all.</summary>
    public Secret? Secret { get; init; }

    /// <summary>True when a wrong text may well be a secret that belongs elsewhere: it is not repeated.</summary>
    public bool MayHoldSecret { get; init; }

    /// <summary>The name of the environment variable.</summary>
    public string Variable => "AETHERSCALE_" + Key.Replace('-', '_').ToUpperInvariant();

    /// <summary>The command-line flag.</summary>
    public string Flag => "--" + Key;
}

/// <summary>What others must not see of a setting's value.</summary>
/// <param name="IsIn">Whether the text holds it.</param>
/// <param name="Hide">The text without it.</param>
/// <param name="Elsewhere">Where it may stand, to follow "put it into".</param>
internal sealed record Secret(Func<string, bool> IsIn, Func<string, string> Hide, string Elsewhere);

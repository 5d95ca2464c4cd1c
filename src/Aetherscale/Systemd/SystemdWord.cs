namespace Aetherscale.Systemd;

/// <summary>Reads systemd's words (<c>start-limit-hit</c>) as our enum members (<c>StartLimitHit</c>).</summary>
internal static class SystemdWord
{
    /// <summary>The member, or <c>Unknown</c> (0) for a word that has none.</summary>
    public static T Parse<T>(string word)
        where T : struct, Enum =>
        word.All(letter => letter is '-' or (>= 'a' and <= 'z'))
        && Enum.TryParse<T>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var member)
            ? member
            : default;
}

using System.Globalization;

namespace Aetherscale.Cli.Verbs;

/// <summary>A time span as people write it: 90s, 10m, 2h, 3d.</summary>
internal static class Duration
{
    /// <returns>Null when it is something else.</returns>
    public static TimeSpan? TryParse(string text)
    {
        var seconds = text.Length < 2 ? null : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => (int?)null };
        return seconds is { } unit && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromSeconds((long)count * unit)
            : null;
    }
}

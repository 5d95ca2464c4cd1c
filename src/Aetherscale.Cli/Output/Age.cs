using System.Globalization;

namespace Aetherscale.Cli.Output;

/// <summary>How long ago something was, in its largest unit.</summary>
internal static class Age
{
    public static string? Of(DateTimeOffset? moment, DateTimeOffset now) => (now - moment) switch
    {
        null => null,
        { TotalSeconds: < 60 } age => Text(Math.Max(age.TotalSeconds, 0), "s"),
        { TotalMinutes: < 60 } age => Text(age.TotalMinutes, "m"),
        { TotalHours: < 48 } age => Text(age.TotalHours, "h"),
        { } age => Text(age.TotalDays, "d"),
    };

    private static string Text(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{(long)number}{unit}");
}

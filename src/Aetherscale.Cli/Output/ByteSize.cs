using System.Globalization;

namespace Aetherscale.Cli.Output;

/// <summary>Bytes as people read them.</summary>
internal static class ByteSize
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string? Of(long? bytes)
    {
        if (bytes is not { } number)
        {
            return null;
        }

        var unit = 0;
        double size = number;
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{number} B")
            : string.Create(CultureInfo.InvariantCulture, $"{size:F1} {s_units[unit]}");
    }
}

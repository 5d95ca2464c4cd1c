using System.Globalization;

namespace Aetherscale.Cli.Verbs;

/// <summary>Memory as people write it: in MiB, or with M, G, T, MiB, GiB or TiB, all powers of two.</summary>
internal static class MemorySize
{
    public static bool TryParse(string text, out int mebibytes)
    {
        mebibytes = 0;
        var digits = text.AsSpan().TrimEnd("TGMiBtgmb").TrimEnd(' ');
        var factor = text.AsSpan(digits.Length).Trim().ToString().ToUpperInvariant() switch
        {
            "" or "M" or "MIB" => 1L,
            "G" or "GIB" => 1024L,
            "T" or "TIB" => 1024L * 1024,
            _ => 0, // MB and GB mean one thing to disk makers and another to everyone else
        };
        if (factor == 0
            || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number <= 0 || number > int.MaxValue)
        {
            return false;
        }

        var size = number * factor;
        if (size != decimal.Truncate(size) || size > int.MaxValue)
        {
            return false;
        }

        mebibytes = (int)size;
        return true;
    }
}

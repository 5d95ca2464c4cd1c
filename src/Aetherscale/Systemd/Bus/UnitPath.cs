using System.Globalization;
using System.Text;

namespace Aetherscale.Systemd.Bus;

/// <summary>
/// Unit names as object paths: whatever is no letter or digit, and a leading digit, stands as <c>_</c> and two
/// hexadecimal digits (sd_bus_path_encode(3)).
/// </summary>
internal static class UnitPath
{
    private const string Prefix = "/org/freedesktop/systemd1/unit/";

    public static string Of(string unit)
    {
        var path = new StringBuilder(Prefix);
        foreach (var (index, value) in Encoding.UTF8.GetBytes(unit).Index())
        {
            var plain = char.IsAsciiLetter((char)value) || (index > 0 && char.IsAsciiDigit((char)value));
            _ = plain ? path.Append((char)value) : path.Append(CultureInfo.InvariantCulture, $"_{value:x2}");
        }

        return path.ToString();
    }

    /// <summary>The unit's name; null when the path is no unit's.</summary>
    public static string? ToUnit(string path)
    {
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = new List<byte>();
        for (var i = Prefix.Length; i < path.Length; i++)
        {
            if (path[i] != '_')
            {
                name.Add((byte)path[i]);
            }
            else if (i + 2 < path.Length
                && byte.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                name.Add(value);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString([.. name]);
    }
}

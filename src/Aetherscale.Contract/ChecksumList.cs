namespace Aetherscale.Contract;

/// <summary>The lists of checksums that distributions put beside their images.</summary>
public static class ChecksumList
{
    private const int Sha256Digits = 64;
    private const int Sha512Digits = 128;

    /// <summary>What such files are called, in the order in which they are looked for.</summary>
    public static IReadOnlyList<string> Names { get; } = ["SHA256SUMS", "SHA512SUMS"];

    /// <summary>The checksum of one file, in GNU's or BSD's form, as <c>sha256:…</c> or <c>sha512:…</c>; null when it is not there.</summary>
    public static string? Find(string list, string fileName)
    {
        foreach (var line in list.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            var (name, hex) = Read(line);
            if ((name == fileName || name == "./" + fileName) && hex.All(char.IsAsciiHexDigit))
            {
                switch (hex.Length)
                {
                    case Sha256Digits:
                        return $"sha256:{hex}";
                    case Sha512Digits:
                        return $"sha512:{hex}";
                }
            }
        }

        return null;
    }

    private static (string Name, string Hex) Read(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var open = line.IndexOf(" (", StringComparison.Ordinal);
        var equals = line.LastIndexOf(") = ", StringComparison.Ordinal);
        return open > 0 && equals > open ? (line[(open + 2)..equals], line[(equals + 4)..])
            : space > 0 ? (line[(space + 1)..].TrimStart(' ', '*'), line[..space])
            : ("", "");
    }
}

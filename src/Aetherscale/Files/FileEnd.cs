namespace Aetherscale.Files;

/// <summary>Reads the end of files that others write to, and that may be something else than they look like.</summary>
internal static class FileEnd
{
    /// <summary>The last bytes of a regular file that is no link, without ever waiting for what only looks like one.</summary>
    /// <exception cref="IOException">There is no such file, or it is no plain one.</exception>
    public static byte[] Read(string path, int atMost) => Read(path, size => Math.Max(0, size - atMost), atMost).Content;

    /// <summary>The same from a place on, which may be past the end.</summary>
    /// <exception cref="IOException">There is no such file, or it is no plain one.</exception>
    public static byte[] ReadFrom(string path, long start, int atMost) => Read(path, _ => start, atMost).Content;

    /// <summary>The last bytes, and where they end.</summary>
    /// <exception cref="IOException">There is no such file, or it is no plain one.</exception>
    public static byte[] Read(string path, int atMost, out long end)
    {
        var (content, start) = Read(path, size => Math.Max(0, size - atMost), atMost);
        end = start + content.Length;
        return content;
    }

    /// <summary>The lines in the last bytes of a file, without their ends. The first is left out when the file begins before it.</summary>
    /// <exception cref="IOException">There is no such file, or it is no plain one.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadLines(string path, int atMost)
    {
        // One byte more tells whether the first line is whole.
        ReadOnlyMemory<byte> bytes = Read(path, atMost + 1);
        return bytes.Length <= atMost ? Lines(bytes)
            : Lines(bytes.Span.IndexOf((byte)'\n') is >= 0 and var first ? bytes[(first + 1)..] : ReadOnlyMemory<byte>.Empty);
    }

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> rest)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            lines.Add(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? ReadOnlyMemory<byte>.Empty : rest[(end + 1)..];
        }

        return lines;
    }

    private static (byte[] Content, long Start) Read(string path, Func<long, long> startOf, int atMost)
    {
        using var file = Beneath.OpenFile(path);
        var size = RandomAccess.GetLength(file);
        var start = startOf(size);
        var content = new byte[Math.Clamp(size - start, 0, atMost)];
        var length = 0;
        int read;
        while (length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), start + length)) > 0)
        {
            length += read;
        }

        return (content[..length], start);
    }
}

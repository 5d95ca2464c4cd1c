using System.Buffers.Binary;
using System.Text;

namespace Aetherscale.Images;

/// <summary>
/// Writes a small ISO 9660 image with Joliet: some files in one folder, under a label (ECMA-119, and Microsoft's Joliet
/// specification). Made in memory, without a program: the bytes follow from the files alone.
/// </summary>
internal static class IsoImage
{
    public const int Sector = 2048;

    private const int PrimarySector = 16;
    private const int JolietSector = 17;
    private const int EndSector = 18;

    // Each tree: its path table in both byte orders, then its only folder.
    private const int PrimaryTree = 19;
    private const int JolietTree = 22;
    private const int FirstFileSector = 25;

    // One folder makes a path table of ten bytes.
    private const int PathTableLength = 10;

    /// <param name="label">Up to 16 ASCII characters.</param>
    /// <param name="created">The date of all that is in it.</param>
    /// <param name="files">Names of up to 28 ASCII characters, and contents; so few that their entries fit into one sector.</param>
    public static byte[] Build(string label, DateTimeOffset created, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)> files)
    {
        var sectors = FirstFileSector;
        var places = new List<(string Name, int At, int Length)>();
        foreach (var (name, content) in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            places.Add((name, sectors, content.Length));
            sectors += (content.Length + Sector - 1) / Sector;
        }

        var image = new byte[sectors * Sector];
        WriteVolume(image, PrimarySector, label, Encoding.ASCII, PrimaryTree, created);
        WriteVolume(image, JolietSector, label, Encoding.BigEndianUnicode, JolietTree, created);
        WriteHead(SectorOf(image, EndSector), type: 255);

        // Linux makes plain names lower-case and takes off the version; it and all others prefer those of Joliet.
        WriteTree(image, PrimaryTree, created, places, name => Encoding.ASCII.GetBytes(name.ToUpperInvariant() + (name.Contains('.', StringComparison.Ordinal) ? ";1" : ".;1")));
        WriteTree(image, JolietTree, created, places, name => Encoding.BigEndianUnicode.GetBytes(name + ";1"));
        foreach (var (name, content) in files)
        {
            content.CopyTo(image.AsMemory(places.Find(place => place.Name == name).At * Sector));
        }

        return image;
    }

    private static void WriteVolume(byte[] image, int sector, string label, Encoding encoding, int tree, DateTimeOffset created)
    {
        var volume = SectorOf(image, sector);
        var isJoliet = sector == JolietSector;
        WriteHead(volume, type: isJoliet ? (byte)2 : (byte)1);

        // Names that are not given are spaces.
        foreach (var (at, length) in ((int, int)[])[(8, 32), (40, 32), (190, 128), (318, 128), (446, 128), (574, 128), (702, 37), (739, 37), (776, 37)])
        {
            encoding.GetBytes(new string(' ', isJoliet ? length / 2 : length), volume.Slice(at, length));
        }

        encoding.GetBytes(label, volume[40..]);
        Put32(volume[80..], image.Length / Sector);
        if (isJoliet)
        {
            // UCS-2 level 3.
            "%/E"u8.CopyTo(volume[88..]);
        }

        Put16(volume[120..], 1);
        Put16(volume[124..], 1);
        Put16(volume[128..], Sector);
        Put32(volume[132..], PathTableLength);
        BinaryPrimitives.WriteInt32LittleEndian(volume[140..], tree);
        BinaryPrimitives.WriteInt32BigEndian(volume[148..], tree + 1);
        WriteEntry(volume[156..], [0], tree + 2, Sector, created, isFolder: true);
        foreach (var at in (int[])[813, 830, 847, 864])
        {
            // Dates that are not given.
            volume.Slice(at, 16).Fill((byte)'0');
        }

        volume[881] = 1;
    }

    private static void WriteHead(Span<byte> volume, byte type)
    {
        volume[0] = type;
        "CD001"u8.CopyTo(volume[1..]);
        volume[6] = 1;
    }

    private static void WriteTree(
        byte[] image, int tree, DateTimeOffset created, IReadOnlyList<(string Name, int At, int Length)> files, Func<string, byte[]> encode)
    {
        var folder = tree + 2;
        var little = SectorOf(image, tree);
        var big = SectorOf(image, tree + 1);
        (little[0], big[0]) = (1, 1);
        BinaryPrimitives.WriteInt32LittleEndian(little[2..], folder);
        BinaryPrimitives.WriteInt32BigEndian(big[2..], folder);
        BinaryPrimitives.WriteInt16LittleEndian(little[6..], 1);
        BinaryPrimitives.WriteInt16BigEndian(big[6..], 1);

        // A folder begins with itself and the one above it.
        var entries = SectorOf(image, folder);
        entries = entries[WriteEntry(entries, [0], folder, Sector, created, isFolder: true)..];
        entries = entries[WriteEntry(entries, [1], folder, Sector, created, isFolder: true)..];
        foreach (var (name, at, length) in files)
        {
            entries = entries[WriteEntry(entries, encode(name), at, length, created, isFolder: false)..];
        }
    }

    /// <returns>Its length, which is even.</returns>
    private static int WriteEntry(Span<byte> entry, byte[] name, int sector, int length, DateTimeOffset created, bool isFolder)
    {
        var entryLength = (33 + name.Length + 1) / 2 * 2;
        entry[0] = (byte)entryLength;
        Put32(entry[2..], sector);
        Put32(entry[10..], length);
        var utc = created.UtcDateTime;
        byte[] date = [(byte)(utc.Year - 1900), (byte)utc.Month, (byte)utc.Day, (byte)utc.Hour, (byte)utc.Minute, (byte)utc.Second, 0];
        date.CopyTo(entry[18..]);
        entry[25] = isFolder ? (byte)2 : (byte)0;
        Put16(entry[28..], 1);
        entry[32] = (byte)name.Length;
        name.CopyTo(entry[33..]);
        return entryLength;
    }

    private static Span<byte> SectorOf(byte[] image, int sector) => image.AsSpan(sector * Sector, Sector);

    // Numbers stand in both byte orders.
    private static void Put32(Span<byte> bytes, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], value);
    }

    private static void Put16(Span<byte> bytes, short value)
    {
        BinaryPrimitives.WriteInt16LittleEndian(bytes, value);
        BinaryPrimitives.WriteInt16BigEndian(bytes[2..], value);
    }
}

using System.Buffers.Binary;
using System.Text;
using Aetherscale.Images;

namespace Aetherscale.Tests.Images;

/// <summary>The image as ECMA-119 has it read; that Linux reads it, too, the system tests show.</summary>
public sealed class IsoImageTests
{
    private static readonly DateTimeOffset s_created = new(2026, 11, 23, 4, 5, 6, TimeSpan.FromHours(2));

    private readonly byte[] _image = IsoImage.Build(
        "cidata", s_created, [("user-data", "#!/bin/sh\n"u8.ToArray()), ("meta-data", new byte[5000]), ("a.b", default)]);

    [Fact]
    public void Both_trees_have_every_file_in_order()
    {
        Assert.Equal([("A.B;1", 0), ("META-DATA.;1", 5000), ("USER-DATA.;1", 10)], Files(16, Encoding.ASCII).Select(file => (file.Name, file.Length)));
        Assert.Equal(
            [("a.b;1", 0), ("meta-data;1", 5000), ("user-data;1", 10)], Files(17, Encoding.BigEndianUnicode).Select(file => (file.Name, file.Length)));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void Content_is_where_its_entry_says(int volume)
    {
        var (_, at, length) = Files(volume, Encoding.ASCII)[^1];
        Assert.Equal("#!/bin/sh\n", Encoding.UTF8.GetString(_image, at * 2048, length));
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(17, 2)]
    public void A_volume_has_its_label_size_and_path_tables(int sector, byte type)
    {
        var volume = _image.AsSpan(sector * 2048, 2048);
        Assert.Equal((byte[])[type, .. "CD001"u8, 1], volume[..7].ToArray());
        Assert.Equal("cidata".PadRight(type == 1 ? 32 : 16), (type == 1 ? Encoding.ASCII : Encoding.BigEndianUnicode).GetString(volume.Slice(40, 32)));
        Assert.Equal(_image.Length / 2048, Both32(volume[80..]));
        Assert.Equal(type == 1 ? new byte[3] : "%/E"u8.ToArray(), volume.Slice(88, 3).ToArray());

        var root = Both32(volume[158..]);
        var little = _image.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(volume[140..]) * 2048);
        var big = _image.AsSpan(BinaryPrimitives.ReadInt32BigEndian(volume[148..]) * 2048);
        Assert.Equal((root, root), (BinaryPrimitives.ReadInt32LittleEndian(little[2..]), BinaryPrimitives.ReadInt32BigEndian(big[2..])));
        Assert.Equal((byte[])[126, 11, 23, 2, 5, 6, 0], volume.Slice(156 + 18, 7).ToArray());
    }

    [Fact]
    public void The_same_files_give_the_same_bytes() => Assert.Equal(
        _image,
        IsoImage.Build("cidata", s_created, [("a.b", default), ("meta-data", new byte[5000]), ("user-data", "#!/bin/sh\n"u8.ToArray())]));

    private List<(string Name, int At, int Length)> Files(int volume, Encoding encoding)
    {
        var files = new List<(string, int, int)>();
        var entries = _image.AsSpan(Both32(_image.AsSpan((volume * 2048) + 158)) * 2048, 2048);
        for (; entries[0] > 0; entries = entries[entries[0]..])
        {
            if ((entries[25] & 2) == 0)
            {
                files.Add((encoding.GetString(entries.Slice(33, entries[32])), Both32(entries[2..]), Both32(entries[10..])));
            }
        }

        return files;
    }

    private static int Both32(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Assert.Equal(value, BinaryPrimitives.ReadInt32BigEndian(bytes[4..]));
        return value;
    }
}

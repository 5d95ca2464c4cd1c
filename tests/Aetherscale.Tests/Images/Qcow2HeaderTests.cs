using System.Buffers.Binary;
using System.Text;
using Aetherscale.Images;
using CsCheck;
using static Aetherscale.Images.Qcow2Format;

namespace Aetherscale.Tests.Images;

public sealed class Qcow2HeaderTests : IDisposable
{
    private readonly ImagesFolder _images = new();

    public Qcow2HeaderTests() => _images.Create("fixed.qcow2");

    [Theory]
    [InlineData("compat=1.1")]
    [InlineData("compat=0.10")]
    [InlineData("compression_type=zstd")]
    [InlineData("extended_l2=on")]
    [InlineData("lazy_refcounts=on")]
    [InlineData("cluster_size=512")]
    [InlineData("cluster_size=2M")]
    [InlineData("refcount_bits=1")]
    [InlineData("preallocation=metadata")]
    public void What_qemu_img_makes_may_be_a_base(string options)
    {
        var path = _images.Create("x.qcow2", "64M", "-o", options);

        Assert.Equal(64UL << 20, Check(File.ReadAllBytes(path)).VirtualSize);
    }

    [Fact]
    public void Snapshots_bitmaps_and_compressed_clusters_do_no_harm()
    {
        _images.Create("source.qcow2");
        _images.Run("qemu-io", "-c", "write -P 7 0 1M", "source.qcow2");
        _images.Run("qemu-img", "convert", "-c", "-O", "qcow2", "source.qcow2", "x.qcow2");
        _images.Run("qemu-img", "snapshot", "-c", "one", "x.qcow2");
        _images.Run("qemu-img", "bitmap", "--add", "x.qcow2", "b");

        Assert.Null(Check(File.ReadAllBytes(_images["x.qcow2"])).BackingFile);
    }

    [Fact]
    public void A_backing_file_is_read_and_refused()
    {
        _images.Create("base.qcow2");
        _images.Create("x.qcow2", "64M", "-b", _images["base.qcow2"], "-F", "qcow2");
        var bytes = File.ReadAllBytes(_images["x.qcow2"]);

        Assert.Equal(_images["base.qcow2"], Qcow2Header.Parse(bytes).BackingFile);
        Assert.Contains("backing file", Fault(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_external_data_file_is_refused_by_its_bit_and_by_its_extension()
    {
        _images.Create("x.qcow2", "64M", "-o", "data_file=secret.raw");
        var bytes = File.ReadAllBytes(_images["x.qcow2"]);
        Assert.Contains("external data file", Fault(bytes), StringComparison.Ordinal);

        bytes[79] = 0;
        Assert.True(Qcow2Header.Parse(bytes).NamesExternalData);
        Assert.Contains("external data file", Fault(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(79, 1, "closed cleanly")]
    [InlineData(79, 2, "damaged")]
    [InlineData(79, 4, "external data file")]
    [InlineData(79, 8, "compressed")]
    [InlineData(79, 32, "feature")]
    [InlineData(72, 128, "feature")]
    [InlineData(104, 1, "compressed")]
    [InlineData(0, 0, "not a qcow2")]
    [InlineData(7, 1, "version")]
    [InlineData(7, 4, "version")]
    [InlineData(23, 8, "cluster size")]
    [InlineData(23, 22, "cluster size")]
    [InlineData(31, 1, "virtual size")]
    [InlineData(35, 2, "encrypted")]
    [InlineData(39, 0, "L1 table is too short")]
    [InlineData(40, 1, "cut off")]
    [InlineData(47, 1, "cut off")]
    [InlineData(48, 255, "cut off")]
    [InlineData(36, 1, "larger than QEMU takes")]
    [InlineData(56, 255, "larger than QEMU takes")]
    [InlineData(59, 100, "cut off")]
    [InlineData(59, 0, "reference counts")]
    [InlineData(103, 96, "header's length")]
    [InlineData(103, 113, "header's length")]
    [InlineData(100, 1, "header's length")]
    public void One_wrong_byte_is_refused_for_what_it_is(int offset, byte value, string fault)
    {
        var bytes = File.ReadAllBytes(_images.Create("x.qcow2"));
        bytes[offset] = value;

        Assert.Contains(fault, Fault(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_cut_anywhere_is_refused()
    {
        var bytes = File.ReadAllBytes(_images.Create("x.qcow2"));
        for (var length = 0; length < bytes.Length; length = length < 1024 ? length + 1 : length * 2)
        {
            Assert.NotEmpty(Fault(bytes[..length]));
        }
    }

    [Fact]
    public void An_overlay_passes_only_with_its_own_backing_file()
    {
        _images.Create("base.qcow2");
        _images.Create("x.qcow2", "64M", "-b", _images["base.qcow2"], "-F", "qcow2");
        var bytes = File.ReadAllBytes(_images["x.qcow2"]);
        var header = Qcow2Header.Parse(bytes);

        header.RequireOverlayOf(_images["base.qcow2"], bytes.Length);
        Assert.Throws<InvalidDataException>(() => header.RequireOverlayOf("/etc/shadow", bytes.Length));
        Assert.Throws<InvalidDataException>(() => header.RequireOverlayOf(_images["base.qcow2"], 4096));
        bytes[79] |= (byte)Qcow2Features.ExternalData;
        Assert.Throws<InvalidDataException>(
            () => Qcow2Header.Parse(bytes).RequireOverlayOf(_images["base.qcow2"], bytes.Length));
    }

    [Fact]
    public void Whatever_is_changed_the_parser_neither_crashes_nor_lets_another_file_through()
    {
        var good = File.ReadAllBytes(_images["fixed.qcow2"])[..1024];
        var change = Gen.Select(Gen.Frequency((8, Gen.Int[0, 160]), (1, Gen.Int[0, good.Length - 1])), Gen.Byte);
        change.Array[1, 12].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (offset, value) in changes)
            {
                bytes[offset] = value;
            }

            return !PassesBounded(bytes, 1 << 20) || !ReadsAnotherFile(bytes);
        }, iter: 20_000);
    }

    [Fact]
    public void Random_bytes_after_the_magic_never_crash_the_parser() =>
        Gen.Byte.Array[0, 300].Sample(tail =>
        {
            byte[] bytes = [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3, .. tail];
            return !PassesBounded(bytes);
        }, iter: 20_000);

    [Fact]
    public void An_external_data_extension_is_found_behind_any_others() =>
        Gen.Select(Gen.UInt[1, uint.MaxValue], Gen.Int[0, 40]).Array[0, 20].Sample(extensions =>
        {
            var header = File.ReadAllBytes(_images["fixed.qcow2"]);
            var offset = 112;
            foreach (var (type, length) in extensions)
            {
                BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(offset), type);
                BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(offset + 4), (uint)length);
                offset += 8 + ((length + 7) / 8 * 8);
            }

            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(offset), ExtensionExternalData);
            return !PassesBounded(header) && Qcow2Header.Parse(header).NamesExternalData;
        }, iter: 500);

    public void Dispose() => _images.Dispose();

    // An independent reading of what makes QEMU open another file.
    private static bool ReadsAnotherFile(byte[] bytes) =>
        bytes.AsSpan(8, 8).ContainsAnyExcept((byte)0)
            || (bytes[7] == 3 && (bytes[79] & 4) != 0)
            || bytes.AsSpan(bytes[7] == 3 ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(100)) : 72)
                .StartsWith(Encoding.ASCII.GetBytes("DATA"));

    private static Qcow2Header Check(byte[] bytes)
    {
        var header = Qcow2Header.Parse(bytes.AsSpan(0, Math.Min(bytes.Length, 65536)));
        header.RequireBase(bytes.Length);
        return header;
    }

    private static string Fault(byte[] bytes) => Assert.Throws<InvalidDataException>(() => Check(bytes)).Message;

    private static bool PassesBounded(byte[] bytes, long? fileLength = null)
    {
        var passes = false;
        Fuzzing.Bounded(bytes.Length, () => passes = Passes(bytes, fileLength));
        return passes;
    }

    private static bool Passes(byte[] bytes, long? fileLength = null)
    {
        try
        {
            Qcow2Header.Parse(bytes).RequireBase(fileLength ?? bytes.Length);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}

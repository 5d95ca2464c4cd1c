using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Aetherscale.Images.Imports;

/// <summary>
/// Passes a VMDK that is whole by itself. QEMU opens whatever a VMDK's descriptor names (block/vmdk.c): other extents, a parent; and
/// it looks for the parent at a fixed place, wherever the header says that the descriptor is.
/// </summary>
internal static partial class VmdkHeader
{
    private const int CapacityOffset = 12;
    private const int DescriptorOffset = 28;
    private const int DescriptorSizeOffset = 36;
    private const int HeaderLength = 512;
    private const ulong MaximumSectors = Qcow2Format.MaximumVirtualSize / Qcow2Format.SectorSize;

    private static readonly string[] s_types = ["monolithicSparse", "streamOptimized"];

    /// <param name="start">The first <see cref="ImageFormats.Start"/> bytes, or all.</param>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c> or <c>image-too-big</c>.</exception>
    public static void Check(ReadOnlySpan<byte> start)
    {
        const string Advice = "make it one file with: qemu-img convert -O qcow2 SOURCE TARGET";
        Require(start.StartsWith("KDMV"u8), $"it only describes a VMDK, whose content is in other files; {Advice}");
        Require(start.Length >= HeaderLength, "its header is cut off; copy the file again");
        var sectors = BinaryPrimitives.ReadUInt64LittleEndian(start[CapacityOffset..]);
        Require(sectors > 0, $"its content is in other files; {Advice}");
        if (sectors > MaximumSectors)
        {
            throw new AetherscaleException(Contract.ErrorCodes.ImageTooBig, "the source has a virtual size over 2 PiB");
        }

        var offset = BinaryPrimitives.ReadUInt64LittleEndian(start[DescriptorOffset..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(start[DescriptorSizeOffset..]);
        Require(offset == 1 && size is > 0 and < 100, "its descriptor is not where it belongs");
        Require(start.Length >= (int)(offset + size) * HeaderLength, "its descriptor is cut off; copy the file again");
        var text = Encoding.Latin1.GetString(start);
        Require(!text.Contains("parentFileNameHint", StringComparison.OrdinalIgnoreCase), $"it has a parent file; {Advice}");
        var descriptor = text.Substring(HeaderLength, (int)size * HeaderLength).TrimEnd('\0');
        Require(ParentPattern().Match(descriptor).Groups[1].Value.Equals("ffffffff", StringComparison.OrdinalIgnoreCase), $"it has a parent file; {Advice}");
        Require(
            s_types.Contains(TypePattern().Match(descriptor).Groups[1].Value) && ExtentPattern().Count(descriptor) == 1,
            $"it is not of one piece; {Advice}");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw ImageFormats.Unsafe(otherwise);
        }
    }

    [GeneratedRegex(@"^\s*parentCID\s*=\s*([0-9a-fA-F]+)\s*$", RegexOptions.Multiline)]
    private static partial Regex ParentPattern();

    [GeneratedRegex(@"^\s*createType\s*=\s*""([^""]*)""", RegexOptions.Multiline)]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"^\s*(RW|RDONLY|NOACCESS)\s", RegexOptions.Multiline)]
    private static partial Regex ExtentPattern();
}

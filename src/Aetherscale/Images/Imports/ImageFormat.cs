using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Images.Imports;

/// <summary>The formats that images are imported from.</summary>
internal enum ImageFormat
{
    Qcow2,
    Raw,
    Vmdk,
}

/// <summary>Tells what a disk image is by its first bytes: no name's ending is trusted, and nothing is guessed.</summary>
internal static class ImageFormats
{
    /// <summary>So much of the beginning is looked at; all of qcow2's header and of a VMDK's descriptor lie in it.</summary>
    public const int Start = 65536;

    private const int BootSignatureOffset = 510;

    private static readonly (byte[] Magic, int Offset, ImageFormat Format)[] s_known =
    [
        ([.. "QFI"u8, 0xfb], 0, ImageFormat.Qcow2),
        ([.. "KDMV"u8], 0, ImageFormat.Vmdk),
        ([.. "COWD"u8], 0, ImageFormat.Vmdk),
        ([.. "# Disk DescriptorFile"u8], 0, ImageFormat.Vmdk),
    ];

    private static readonly (byte[] Magic, int Offset, string Words)[] s_others =
    [
        ([.. "<<< "u8], 0, "a VDI file"),
        ([.. "vhdxfile"u8], 0, "a VHDX file"),
        ([.. "conectix"u8], 0, "a VHD file"),
        ([.. "QED\0"u8], 0, "a QED file"),
        ([.. "LUKS"u8], 0, "an encrypted disk (LUKS)"),
        ([.. "WithoutFreeSpace"u8], 0, "a Parallels file"),
        ([.. "WithouFreSpacExt"u8], 0, "a Parallels file"),
        ([.. "PK\x03\x04"u8], 0, "a zip archive"),
        ([.. "BZh"u8], 0, "packed with bzip2"),
        ([.. "ustar"u8], 257, "a tar archive"),
    ];

    /// <summary>Reads a format's word.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>.</exception>
    public static ImageFormat? Parse(string? word) => word switch
    {
        null => null,
        "qcow2" => ImageFormat.Qcow2,
        "raw" => ImageFormat.Raw,
        "vmdk" => ImageFormat.Vmdk,
        _ => throw new AetherscaleException(BadRequest, "\"format\" must be qcow2, raw or vmdk."),
    };

    public static string Word(ImageFormat format) => format.ToString().ToLowerInvariant();

    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: it is none of them, or another one than it should be.</exception>
    public static ImageFormat Find(ReadOnlySpan<byte> start, ImageFormat? wanted)
    {
        var found = Known(start);
        if (wanted is { } named)
        {
            return found == named || (found is null && named == ImageFormat.Raw)
                ? named
                : throw Unsafe($"it is not {Word(named)}, but {(found is { } other ? Word(other) : Other(start) ?? "something else")}");
        }

        return found ?? (Other(start) is { } words ? throw Unsafe($"it is {words}; convert it with: qemu-img convert -O qcow2 SOURCE TARGET")
            : HasBootSignature(start) ? ImageFormat.Raw
            : throw Unsafe("it is neither qcow2 nor vmdk, and begins with no boot sector; if it is a raw disk nevertheless, import it with: --format raw"));
    }

    public static AetherscaleException Unsafe(string why, Exception? cause = null) => new(ImageUnsafe, $"the source cannot be used as an image: {why}", cause);

    private static ImageFormat? Known(ReadOnlySpan<byte> start)
    {
        foreach (var (magic, offset, format) in s_known)
        {
            if (start.Length > offset && start[offset..].StartsWith(magic))
            {
                return format;
            }
        }

        return null;
    }

    private static string? Other(ReadOnlySpan<byte> start)
    {
        foreach (var (magic, offset, words) in s_others)
        {
            if (start.Length > offset && start[offset..].StartsWith(magic))
            {
                return words;
            }
        }

        return null;
    }

    // The master boot record's last two bytes; a GPT disk has one, too.
    private static bool HasBootSignature(ReadOnlySpan<byte> start) =>
        start.Length >= BootSignatureOffset + 2 && start[BootSignatureOffset] == 0x55 && start[BootSignatureOffset + 1] == 0xaa;
}

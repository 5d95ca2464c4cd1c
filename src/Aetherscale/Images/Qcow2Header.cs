using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Images.Qcow2Format;

namespace Aetherscale.Images;

/// <summary>
/// What a qcow2 file says about itself, read by us before QEMU or qemu-img sees it: a hostile header makes those open
/// other files and dial other hosts. Every <see cref="InvalidDataException"/> here tells the user what is wrong and
/// what to do; it never quotes the file, whose bytes may be hostile to a terminal too.
/// </summary>
internal sealed record Qcow2Header
{
    // All extensions that QEMU writes take less than 1 KiB; the default cluster is what we are ready to read of them.
    private const int LongestRead = 65536;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>2 or 3.</summary>
    public required uint Version { get; init; }

    /// <summary>The file that the missing clusters are read from; null when there is none.</summary>
    public required string? BackingFile { get; init; }

    /// <summary>The cluster size is two to this power.</summary>
    public required int ClusterBits { get; init; }

    /// <summary>Bytes that the guest sees. Not checked against <see cref="MaximumVirtualSize"/> here.</summary>
    public required ulong VirtualSize { get; init; }

    /// <summary>Incompatible feature bits, unknown ones included.</summary>
    public required Qcow2Features Features { get; init; }

    /// <summary>Whether an extension names an external data file, whatever the feature bits say.</summary>
    public required bool NamesExternalData { get; init; }

    /// <summary>The number of 8-byte entries in the upper table of clusters.</summary>
    public required uint L1Entries { get; init; }

    /// <summary>Where in the file that table begins.</summary>
    public required ulong L1Offset { get; init; }

    private uint Encryption { get; init; }

    private byte Compression { get; init; }

    private ulong RefcountTableOffset { get; init; }

    private uint RefcountTableClusters { get; init; }

    private ulong ClusterSize => 1UL << ClusterBits;

    /// <summary>Reads the header of an open regular file.</summary>
    /// <exception cref="InvalidDataException">It is not a qcow2 header, or a damaged one.</exception>
    public static Qcow2Header Read(SafeFileHandle file)
    {
        var buffer = new byte[LongestRead];
        var length = 0;
        int read;
        while (length < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0)
        {
            length += read;
        }

        return Parse(buffer.AsSpan(0, length));
    }

    /// <summary>
    /// Reads the header from the file's first bytes: all of the file, or as many as <see cref="Read"/> takes.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not a qcow2 header, or a damaged one.</exception>
    public static Qcow2Header Parse(ReadOnlySpan<byte> start)
    {
        Require(start.Length >= 4 && UInt32(start, Offset.Magic) == Magic,
            "it is not a qcow2 file; convert it with: qemu-img convert -O qcow2 SOURCE TARGET");
        Require(start.Length >= Version2HeaderLength, "its header is cut off; copy the file again");
        var version = UInt32(start, Offset.Version);
        Require(version is 2 or 3, "its qcow2 version is neither 2 nor 3; convert it with: qemu-img convert -O qcow2");
        Require(version == 2 || start.Length >= Version3HeaderLength, "its header is cut off; copy the file again");
        var clusterBits = UInt32(start, Offset.ClusterBits);
        Require(clusterBits is >= MinimumClusterBits and <= MaximumClusterBits, "its cluster size is out of range");

        var headerLength = version == 2 ? Version2HeaderLength : UInt32(start, Offset.HeaderLength);
        Require(headerLength <= 1UL << (int)clusterBits && headerLength % 8 == 0
            && (version == 2 || headerLength >= Version3HeaderLength), "its header's length is out of range");
        Require(headerLength <= start.Length, "its header is cut off; copy the file again");

        return new Qcow2Header
        {
            Version = version,
            BackingFile = ReadBackingName(start, 1UL << (int)clusterBits),
            ClusterBits = (int)clusterBits,
            VirtualSize = UInt64(start, Offset.VirtualSize),
            Features = version == 2 ? Qcow2Features.None : (Qcow2Features)UInt64(start, Offset.Incompatible),
            NamesExternalData = HasExtension(start, (int)headerLength, 1UL << (int)clusterBits, ExtensionExternalData),
            Encryption = UInt32(start, Offset.Encryption),
            Compression = headerLength > Offset.Compression ? start[Offset.Compression] : CompressionZlib,
            L1Entries = UInt32(start, Offset.L1Entries),
            L1Offset = UInt64(start, Offset.L1Offset),
            RefcountTableOffset = UInt64(start, Offset.RefcountTableOffset),
            RefcountTableClusters = UInt32(start, Offset.RefcountTableClusters),
        };
    }

    /// <summary>Passes only a file that is whole by itself: reading it reads no other file and dials nobody.</summary>
    /// <param name="fileLength">Bytes of the file; its tables must lie inside.</param>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public void RequireBase(long fileLength)
    {
        Require(BackingFile is null,
            "it has a backing file; make it self-contained with: qemu-img convert -O qcow2 SOURCE TARGET");
        Require(!Features.HasFlag(Qcow2Features.Dirty),
            "it was not closed cleanly; repair it with: qemu-img check -r all FILE");
        RequirePlain(fileLength);
    }

    /// <summary>Passes only an overlay of ours: nothing but this backing file lies behind it.</summary>
    /// <param name="backingFile">The absolute path that the overlay was made on.</param>
    /// <param name="fileLength">Bytes of the file; its tables must lie inside.</param>
    /// <exception cref="InvalidDataException">It is not such an overlay.</exception>
    public void RequireOverlayOf(string backingFile, long fileLength)
    {
        Require(string.Equals(BackingFile, backingFile, StringComparison.Ordinal),
            $"its backing file is not {backingFile}");
        RequirePlain(fileLength);
    }

    private void RequirePlain(long fileLength)
    {
        const Qcow2Features Harmless = Qcow2Features.Dirty | Qcow2Features.Compression | Qcow2Features.ExtendedL2;
        Require(!Features.HasFlag(Qcow2Features.ExternalData) && !NamesExternalData,
            "its content is in an external data file; convert it with: qemu-img convert -O qcow2 SOURCE TARGET");
        Require(!Features.HasFlag(Qcow2Features.Corrupt), "it is marked as damaged; look with: qemu-img check FILE");
        Require((Features & ~Harmless) == 0, "it needs a qcow2 feature that is not known here");
        Require(Encryption == 0, "it is encrypted; convert it with: qemu-img convert -O qcow2 SOURCE TARGET");
        Require(Compression == (Features.HasFlag(Qcow2Features.Compression) ? CompressionZstd : CompressionZlib),
            "it is compressed in a way that is not known here");
        Require(VirtualSize is > 0 and <= MaximumVirtualSize && VirtualSize % SectorSize == 0,
            "its virtual size is out of range");

        var l2Entries = ClusterSize / (Features.HasFlag(Qcow2Features.ExtendedL2) ? 16UL : 8UL);
        Require((VirtualSize - 1) / (ClusterSize * l2Entries) < L1Entries, "its L1 table is too short");
        Require(RefcountTableClusters > 0, "it has no reference counts");
        Require(L1Entries * 8UL <= MaximumL1Bytes && RefcountTableClusters * ClusterSize <= MaximumRefcountTableBytes,
            "its tables are larger than QEMU takes");
        Require(IsInside(L1Offset, L1Entries * 8UL, fileLength)
            && IsInside(RefcountTableOffset, RefcountTableClusters * ClusterSize, fileLength),
            "it is cut off, or still being copied; copy the file again");
    }

    private bool IsInside(ulong offset, ulong length, long fileLength) =>
        offset >= ClusterSize && offset % ClusterSize == 0
            && offset <= (ulong)fileLength && length <= (ulong)fileLength - offset;

    private static string? ReadBackingName(ReadOnlySpan<byte> start, ulong clusterSize)
    {
        var offset = UInt64(start, Offset.BackingNameOffset);
        var length = UInt32(start, Offset.BackingNameLength);
        if (offset == 0)
        {
            return null;
        }

        var readable = Math.Min(clusterSize, (ulong)start.Length);
        Require(length is > 0 and <= MaximumBackingNameLength && offset <= readable && length <= readable - offset,
            "its backing file's name is out of range");
        try
        {
            return s_strictUtf8.GetString(start.Slice((int)offset, (int)length));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("its backing file's name is not UTF-8");
        }
    }

    // QEMU walks the extensions up to the end marker, the backing file's name or the end of the first cluster. We walk
    // past the name too: what merely looks like an extension there may be refused, what is one is never missed.
    private static bool HasExtension(ReadOnlySpan<byte> start, int offset, ulong clusterSize, uint wanted)
    {
        var end = (int)Math.Min(clusterSize, (ulong)start.Length);
        while (offset <= end - 8)
        {
            var type = UInt32(start, offset);
            var length = UInt32(start, offset + 4);
            if (type == ExtensionEnd || type == wanted)
            {
                return type == wanted;
            }

            Require(length <= end - offset - 8, "one of its header extensions is cut off; copy the file again");
            offset += 8 + (((int)length + 7) & ~7);
        }

        Require(end == (int)clusterSize, "the list of its header extensions has no end; copy the file again");
        return false;
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}

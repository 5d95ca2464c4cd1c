using System.Buffers.Binary;
using System.Text;
using Aetherscale.Files;
using static Aetherscale.Images.Qcow2Format;

namespace Aetherscale.Images;

/// <summary>
/// Writes a VM's own disk: an empty qcow2 file on top of a base image, as <c>qemu-img create -b</c> makes it, without
/// starting a program. Its clusters: header, reference-count table, one block of counts, L1 table.
/// </summary>
internal static class Overlay
{
    private const int ClusterBits = 16;
    private const int ClusterSize = 1 << ClusterBits;
    private const int RefcountOrder = 4;
    private const int HeaderLength = 112;

    private const int RefcountTableCluster = 1;
    private const int RefcountBlockCluster = 2;
    private const int FirstL1Cluster = 3;

    // One L1 entry stands for one L2 table, which is a cluster of 8-byte entries, each for one cluster.
    private const long BytesPerL1Entry = (long)ClusterSize * (ClusterSize / 8);

    /// <summary>
    /// Creates the file, mode 0600, and syncs its content; syncing its folder is the caller's. It is sparse, and at any
    /// size three of its pages hold data.
    /// </summary>
    /// <param name="path">Where nothing may stand yet.</param>
    /// <param name="baseImage">What is read where the overlay holds nothing; named in the header by its digest's
    /// path.</param>
    /// <param name="virtualSize">Bytes that the guest sees: a multiple of 512, at least the base's, at most 2
    /// PiB.</param>
    /// <exception cref="IOException">Something stands at the path, or the disk failed; no file of ours is left
    /// then.</exception>
    public static void Create(string path, BaseImage baseImage, long virtualSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(virtualSize, baseImage.VirtualSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)virtualSize, MaximumVirtualSize, nameof(virtualSize));
        ArgumentOutOfRangeException.ThrowIfNotEqual(virtualSize % SectorSize, 0, nameof(virtualSize));

        var l1Entries = (int)((virtualSize + BytesPerL1Entry - 1) / BytesPerL1Entry);
        var clusters = FirstL1Cluster + (((l1Entries * 8) + ClusterSize - 1) / ClusterSize);
        var header = Header(baseImage.DigestPath, virtualSize, l1Entries);
        using var file = StateFile.Create(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            RandomAccess.SetLength(file, (long)clusters * ClusterSize);
            RandomAccess.Write(file, header, 0);
            RandomAccess.Write(file, RefcountTable(), RefcountTableCluster * ClusterSize);
            RandomAccess.Write(file, RefcountBlock(clusters), RefcountBlockCluster * ClusterSize);
            DurableFile.Sync(file, path);
        }
        catch (IOException)
        {
            File.Delete(path);
            throw;
        }
    }

    private static byte[] Header(string backingPath, long virtualSize, int l1Entries)
    {
        var backingName = Encoding.UTF8.GetBytes(backingPath);
        if (backingName.Length > MaximumBackingNameLength || !Path.IsPathFullyQualified(backingPath))
        {
            throw new ArgumentException(
                $"QEMU takes no backing file's path over {MaximumBackingNameLength} bytes: {backingPath}",
                nameof(backingPath));
        }

        var format = "qcow2"u8;
        var nameOffset = HeaderLength + 8 + 8 + 8;
        var header = new byte[nameOffset + backingName.Length];
        Put32(header, Offset.Magic, Magic);
        Put32(header, Offset.Version, 3);
        Put64(header, Offset.BackingNameOffset, (ulong)nameOffset);
        Put32(header, Offset.BackingNameLength, (uint)backingName.Length);
        Put32(header, Offset.ClusterBits, ClusterBits);
        Put64(header, Offset.VirtualSize, (ulong)virtualSize);
        Put32(header, Offset.L1Entries, (uint)l1Entries);
        Put64(header, Offset.L1Offset, FirstL1Cluster * ClusterSize);
        Put64(header, Offset.RefcountTableOffset, RefcountTableCluster * ClusterSize);
        Put32(header, Offset.RefcountTableClusters, 1);
        Put32(header, Offset.RefcountOrder, RefcountOrder);
        Put32(header, Offset.HeaderLength, HeaderLength);

        // The backing file's format, so that nobody ever guesses it; then the end of the extensions, which is all
        // zeros.
        Put32(header, HeaderLength, ExtensionBackingFormat);
        Put32(header, HeaderLength + 4, (uint)format.Length);
        format.CopyTo(header.AsSpan(HeaderLength + 8));
        backingName.CopyTo(header.AsSpan(nameOffset));
        return header;
    }

    private static byte[] RefcountTable()
    {
        var entry = new byte[8];
        Put64(entry, 0, RefcountBlockCluster * ClusterSize);
        return entry;
    }

    // One block counts 32,768 clusters; the largest disk's L1 table takes 512.
    private static byte[] RefcountBlock(int clusters)
    {
        var counts = new byte[clusters * 2];
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(counts.AsSpan(cluster * 2), 1);
        }

        return counts;
    }

    private static void Put32(byte[] bytes, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

    private static void Put64(byte[] bytes, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(offset), value);
}

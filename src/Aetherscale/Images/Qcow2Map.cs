using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Images;

/// <summary>
/// Where an image's clusters lie in its file. QEMU reads what lies past the file's end as zeros, so a copy that was
/// broken off would boot, and be wrong; this finds it before the image is adopted.
/// </summary>
internal static class Qcow2Map
{
    private const ulong OffsetBits = 0x00fffffffffffe00;
    private const ulong CompressedBit = 1UL << 62;

    /// <summary>Follows every entry of the tables; that reads about one byte of 8,192.</summary>
    /// <param name="file">The image.</param>
    /// <param name="header">Its header, which passed <see cref="Qcow2Header.RequireBase"/>.</param>
    /// <param name="cancellation">Ends it between two tables.</param>
    /// <exception cref="InvalidDataException">A cluster lies outside of the file.</exception>
    public static void RequireWhole(SafeFileHandle file, Qcow2Header header, CancellationToken cancellation)
    {
        var fileLength = (ulong)RandomAccess.GetLength(file);
        var clusterSize = 1 << header.ClusterBits;
        var entrySize = header.Features.HasFlag(Qcow2Features.ExtendedL2) ? 16 : 8;
        var l1 = new byte[clusterSize];
        var l2 = new byte[clusterSize];
        var tablesLeft = fileLength / (ulong)clusterSize;
        var l1Left = header.L1Entries * 8L;
        for (var at = (long)header.L1Offset; l1Left > 0; at += clusterSize, l1Left -= clusterSize)
        {
            var part = l1.AsSpan(0, (int)Math.Min(l1Left, clusterSize));
            ReadAll(file, part, at);
            foreach (var table in Entries(part, 8))
            {
                cancellation.ThrowIfCancellationRequested();
                if ((table & OffsetBits) == 0)
                {
                    continue;
                }

                // Each table is a cluster of its own. A crafted file whose tables are one and the same ends here.
                if (tablesLeft-- == 0)
                {
                    throw new InvalidDataException("its L2 tables overlap");
                }

                ReadAll(file, l2, (long)(table & OffsetBits));
                RequireInside(l2, entrySize, header.ClusterBits, fileLength);
            }
        }
    }

    private static void RequireInside(byte[] table, int entrySize, int clusterBits, ulong fileLength)
    {
        var compressedOffsetBits = (1UL << (62 - (clusterBits - 8))) - 1;
        foreach (var entry in Entries(table, entrySize))
        {
            if (entry != 0
                && (entry & ((entry & CompressedBit) != 0 ? compressedOffsetBits : OffsetBits)) >= fileLength)
            {
                throw CutOff();
            }
        }
    }

    private static ulong[] Entries(ReadOnlySpan<byte> table, int size)
    {
        var entries = new ulong[table.Length / size];
        for (var n = 0; n < entries.Length; n++)
        {
            entries[n] = BinaryPrimitives.ReadUInt64BigEndian(table[(n * size)..]);
        }

        return entries;
    }

    private static void ReadAll(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
            {
                throw CutOff();
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    private static InvalidDataException CutOff() =>
        new("it is cut off, or still being copied; copy the file again");
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static Aetherscale.Images.Qcow2Format;

namespace Aetherscale.Images.Imports;

/// <summary>
/// Writes a raw disk, as it comes, into a qcow2 file without gaps: header, then clusters in the order in which they come, zeros left
/// out, each upper half of a table behind what it leads to. There is nothing to parse in a raw disk, so no program is needed.
/// </summary>
/// <param name="file">Empty, open for writing.</param>
internal sealed class Qcow2Writer(SafeFileHandle file)
{
    private const int ClusterBits = 16;
    private const int RefcountOrder = 4;
    private const int HeaderLength = 112;
    private const int EntriesPerTable = ClusterSize / 8;
    private const int CountsPerBlock = ClusterSize / 2;
    private const ulong Copied = 1UL << 63;

    /// <summary>Bytes of the disk that are written or left out at a time.</summary>
    public const int ClusterSize = 1 << ClusterBits;

    private readonly List<ulong> _upper = [];
    private readonly byte[] _lower = new byte[ClusterSize];
    private long _cluster;
    private long _end = ClusterSize;
    private bool _lowerIsUsed;

    /// <summary>Appends whole clusters; only the last call may end with a part of one.</summary>
    public void Append(ReadOnlySpan<byte> clusters)
    {
        var run = 0;
        for (var at = 0; at < clusters.Length; at += ClusterSize)
        {
            var next = Math.Min(at + ClusterSize, clusters.Length);
            var part = clusters[at..next];
            if (part.ContainsAnyExcept((byte)0))
            {
                // Those before it that are not written yet lie right before it in the file.
                Enter(_end + at - run);
            }
            else
            {
                Write(clusters[run..at]);
                run = next;
            }

            if (++_cluster % EntriesPerTable == 0)
            {
                Write(clusters[run..next]);
                run = next;
                EndTable();
            }
        }

        Write(clusters[run..]);
    }

    /// <summary>Writes the tables and, last, the header.</summary>
    /// <param name="virtualSize">Bytes that a guest sees.</param>
    public void Finish(long virtualSize)
    {
        if (_cluster % EntriesPerTable != 0)
        {
            EndTable();
        }

        var upperOffset = _end;
        var upper = new byte[Math.Max(RoundUp(_upper.Count * 8L), ClusterSize)];
        for (var n = 0; n < _upper.Count; n++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(upper.AsSpan(n * 8), _upper[n]);
        }

        Write(upper);
        var (tableOffset, tableClusters) = WriteCounts();
        RandomAccess.Write(file, Header(virtualSize, upperOffset, tableOffset, tableClusters), 0);
    }

    private static long RoundUp(long bytes) => (bytes + ClusterSize - 1) / ClusterSize * ClusterSize;

    private void Enter(long offset)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_lower.AsSpan((int)(_cluster % EntriesPerTable) * 8), (ulong)offset | Copied);
        _lowerIsUsed = true;
    }

    private void EndTable()
    {
        _upper.Add(_lowerIsUsed ? (ulong)_end | Copied : 0);
        if (_lowerIsUsed)
        {
            Write(_lower);
            Array.Clear(_lower);
            _lowerIsUsed = false;
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            RandomAccess.Write(file, bytes, _end);
            _end += RoundUp(bytes.Length);
        }
    }

    // Every cluster of the file is there once: header, data, tables, and the counts themselves.
    private (long Offset, int Clusters) WriteCounts()
    {
        var others = _end / ClusterSize;
        long blocks = 0, tables = 0, all;
        do
        {
            all = others + blocks + tables;
            blocks = (all + CountsPerBlock - 1) / CountsPerBlock;
            tables = (blocks + EntriesPerTable - 1) / EntriesPerTable;
        }
        while (others + blocks + tables != all);

        var table = new byte[tables * ClusterSize];
        var block = new byte[ClusterSize];
        for (var n = 0L; n < blocks; n++)
        {
            Array.Clear(block);
            for (var count = 0; count < CountsPerBlock && (n * CountsPerBlock) + count < all; count++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(count * 2), 1);
            }

            BinaryPrimitives.WriteUInt64BigEndian(table.AsSpan((int)n * 8), (ulong)_end);
            Write(block);
        }

        var offset = _end;
        Write(table);
        return (offset, (int)tables);
    }

    private byte[] Header(long virtualSize, long upperOffset, long tableOffset, int tableClusters)
    {
        var header = new byte[ClusterSize];
        Put32(Offset.Magic, Magic);
        Put32(Offset.Version, 3);
        Put32(Offset.ClusterBits, ClusterBits);
        Put64(Offset.VirtualSize, (ulong)virtualSize);
        Put32(Offset.L1Entries, (uint)_upper.Count);
        Put64(Offset.L1Offset, (ulong)upperOffset);
        Put64(Offset.RefcountTableOffset, (ulong)tableOffset);
        Put32(Offset.RefcountTableClusters, (uint)tableClusters);
        Put32(Offset.RefcountOrder, RefcountOrder);
        Put32(Offset.HeaderLength, HeaderLength);
        return header;

        void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(offset), value);
        void Put64(int offset, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(offset), value);
    }
}

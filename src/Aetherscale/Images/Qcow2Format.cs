namespace Aetherscale.Images;

/// <summary>
/// The parts of the qcow2 format that we read or write (QEMU, <c>docs/interop/qcow2.txt</c>). All big-endian.
/// </summary>
internal static class Qcow2Format
{
    /// <summary><c>QFI\xfb</c>.</summary>
    public const uint Magic = 0x514649fb;

    /// <summary>
    /// The largest virtual disk, 2 PiB: what QEMU's 32 MiB limit on the L1 table allows with 64 KiB clusters.
    /// </summary>
    public const ulong MaximumVirtualSize = 1UL << 51;

    /// <summary>QEMU counts disks in sectors.</summary>
    public const int SectorSize = 512;

    /// <summary>QEMU refuses longer names of backing files.</summary>
    public const int MaximumBackingNameLength = 1023;

    /// <summary>QEMU refuses larger tables.</summary>
    public const ulong MaximumL1Bytes = 32 << 20;

    /// <summary>QEMU refuses larger tables.</summary>
    public const ulong MaximumRefcountTableBytes = 8 << 20;

    public const int MinimumClusterBits = 9;
    public const int MaximumClusterBits = 21;

    /// <summary>The header of version 2, and the shortest one of version 3.</summary>
    public const int Version2HeaderLength = 72;
    public const int Version3HeaderLength = 104;

    public const uint ExtensionEnd = 0;
    public const uint ExtensionBackingFormat = 0xe2792aca;
    public const uint ExtensionExternalData = 0x44415441;

    public const byte CompressionZlib = 0;
    public const byte CompressionZstd = 1;

    /// <summary>Where each field stands in the header.</summary>
    public static class Offset
    {
        public const int Magic = 0;
        public const int Version = 4;
        public const int BackingNameOffset = 8;
        public const int BackingNameLength = 16;
        public const int ClusterBits = 20;
        public const int VirtualSize = 24;
        public const int Encryption = 32;
        public const int L1Entries = 36;
        public const int L1Offset = 40;
        public const int RefcountTableOffset = 48;
        public const int RefcountTableClusters = 56;
        public const int Incompatible = 72;
        public const int RefcountOrder = 96;
        public const int HeaderLength = 100;
        public const int Compression = 104;
    }
}

/// <summary>The bits that a reader must understand before it may touch the image.</summary>
[Flags]
internal enum Qcow2Features : ulong
{
    None = 0,

    /// <summary>Written by a QEMU that did not close it; its reference counts may be wrong.</summary>
    Dirty = 1,

    /// <summary>QEMU found it damaged.</summary>
    Corrupt = 2,

    /// <summary>The content is in another file: reading the image reads that file.</summary>
    ExternalData = 4,

    /// <summary>Compressed by something other than zlib.</summary>
    Compression = 8,

    /// <summary>L2 entries with sub-clusters (QEMU 5.2): a finer map of the same file, nothing else.</summary>
    ExtendedL2 = 16,
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Files;

/// <summary>The system calls on files and users that .NET does not offer. Each returns -1 and sets errno on failure.</summary>
internal static partial class Libc
{
    private const string Name = "libc.so.6";

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    /// <summary>022, for <see cref="SetFileModeMask"/>.</summary>
    public const uint OthersMayRead = 0x12;

    public const int AtFdCwd = -100;
    public const int AtSymlinkNoFollow = 0x100;
    public const int AtEmptyPath = 0x1000;
    public const uint StatxBasicStats = 0x7ff;
    public const uint SyncFileRangeWrite = 0x2;

    // linux/openat2.h; the system call has the same number everywhere.
    public const ulong ResolveNoMagicLinks = 0x2;
    public const ulong ResolveNoSymlinks = 0x4;
    public const ulong ResolveBeneath = 0x8;

    private const long OpenAt2Number = 437;

    // sys/inotify.h
    public const uint InotifyModify = 0x2;
    public const uint InotifyAttributes = 0x4;
    public const uint InotifyCloseWrite = 0x8;
    public const uint InotifyMovedFrom = 0x40;
    public const uint InotifyMovedTo = 0x80;
    public const uint InotifyCreate = 0x100;
    public const uint InotifyDelete = 0x200;
    public const uint InotifyMoveSelf = 0x800;
    public const uint InotifyOverflow = 0x4000;
    public const uint InotifyIgnored = 0x8000;
    public const uint InotifyOnlyFolder = 0x1000000;
    public const uint InotifyNoFollow = 0x2000000;

    public const int ErrorNoEntry = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorWouldBlock = 11;
    public const int ErrorExists = 17;
    public const int ErrorNoSpace = 28;
    public const int ErrorSymbolicLink = 40;
    public const int ErrorQuotaExceeded = 122;

    // These two differ between the architectures (asm/fcntl.h).
    public static int Directory { get; } = IsArm64 ? 0x4000 : 0x10000;

    public static int NoFollow { get; } = IsArm64 ? 0x8000 : 0x20000;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags);

    /// <summary>openat2(2), for which glibc has no function.</summary>
    public static int OpenAt2(SafeFileHandle folder, string path, ref OpenHow how) =>
        (int)OpenAt2(OpenAt2Number, folder, path, ref how, (nuint)Marshal.SizeOf<OpenHow>());

    [LibraryImport(Name, EntryPoint = "fchown", SetLastError = true)]
    public static partial int Chown(SafeFileHandle file, uint user, uint group);

    /// <summary>Also of a symbolic link itself (<see cref="AtSymlinkNoFollow"/>).</summary>
    [LibraryImport(Name, EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChownAt(int folder, string path, uint user, uint group, int flags);

    [LibraryImport(Name, EntryPoint = "umask")]
    public static partial uint SetFileModeMask(uint mask);

    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(SafeFileHandle file);

    [LibraryImport(Name, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeFileHandle oldFolder, string oldName, SafeFileHandle newFolder, string newName);

    [LibraryImport(Name, EntryPoint = "unlinkat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport(Name, EntryPoint = "sync_file_range")]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport(Name, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string path);

    [LibraryImport(Name, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(string path, uint mode);

    [LibraryImport(Name, EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial SafeFileHandle InotifyInit(int flags);

    [LibraryImport(Name, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAddWatch(SafeFileHandle inotify, string path, uint mask);

    [LibraryImport(Name, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemoveWatch(SafeFileHandle inotify, int watch);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nuint count);

    [LibraryImport(Name, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statvfs(string path, out StatvfsBuffer buffer);

    /// <returns>The clock's state; 5 (TIME_ERROR) when nothing keeps it right.</returns>
    [LibraryImport(Name, EntryPoint = "adjtimex")]
    public static partial int Adjtimex(ref TimexBuffer buffer);

    [LibraryImport(Name, EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUserId();

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenAt2(long number, SafeFileHandle folder, string path, ref OpenHow how, nuint size);

    /// <summary><c>struct open_how</c> (openat2(2)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary><c>struct statx</c> (statx(2)): laid out alike on every architecture.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct StatxBuffer
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint LinkCount;
        public uint UserId;
        public uint GroupId;
        public ushort Mode;
        public ushort Spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public StatxTimestamp AccessTime;
        public StatxTimestamp BirthTime;
        public StatxTimestamp ChangeTime;
        public StatxTimestamp ModifyTime;
        public uint NodeMajor;
        public uint NodeMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }

    /// <summary><c>struct statvfs</c> on 64-bit machines; 112 bytes with what follows these.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    public struct StatvfsBuffer
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Inodes;
        public ulong FreeInodes;
        public ulong AvailableInodes;
    }

    /// <summary><c>struct timex</c>, 208 bytes; with no mode set, adjtimex(2) only asks.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    public struct TimexBuffer
    {
        public uint Modes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct StatxTimestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }
}

using System.Runtime.InteropServices;

namespace Aetherscale.Files;

/// <summary>Users and groups as the machine's own programs find them (nsswitch.conf(5)).</summary>
internal static unsafe partial class Accounts
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>The user's number; null when there is no such user.</summary>
    public static uint? UserId(string name)
    {
        var buffer = stackalloc byte[BufferBytes];
        return GetUser(name, out var entry, buffer, BufferBytes, out var found) == 0 && found != null ? entry.UserId : null;
    }

    /// <summary>The group's number; null when there is no such group.</summary>
    public static uint? GroupId(string name)
    {
        var buffer = stackalloc byte[BufferBytes];
        return GetGroup(name, out var entry, buffer, BufferBytes, out var found) == 0 && found != null ? entry.GroupId : null;
    }

    /// <summary>Whether a user has this number.</summary>
    public static bool IsTaken(uint userId)
    {
        var buffer = stackalloc byte[BufferBytes];
        return GetUser(userId, out _, buffer, BufferBytes, out var found) == 0 && found != null;
    }

    [LibraryImport("libc.so.6", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUser(string name, out User entry, byte* buffer, nuint size, out void* found);

    [LibraryImport("libc.so.6", EntryPoint = "getpwuid_r")]
    private static partial int GetUser(uint userId, out User entry, byte* buffer, nuint size, out void* found);

    [LibraryImport("libc.so.6", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroup(string name, out Group entry, byte* buffer, nuint size, out void* found);

    /// <summary><c>struct passwd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct User
    {
        public byte* Name;
        public byte* Password;
        public uint UserId;
        public uint GroupId;
        public byte* RealName;
        public byte* Home;
        public byte* Shell;
    }

    /// <summary><c>struct group</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Group
    {
        public byte* Name;
        public byte* Password;
        public uint GroupId;
        public byte** Members;
    }
}

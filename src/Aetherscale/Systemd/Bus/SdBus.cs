using System.Runtime.InteropServices;

namespace Aetherscale.Systemd.Bus;

/// <summary>
/// sd-bus of libsystemd (sd-bus(3)), without its variadic calls and its callbacks. Results below zero are negative errno
/// values. Nothing in it is thread-safe: one thread owns a bus and its messages.
/// </summary>
internal static unsafe partial class SdBus
{
    public const string Library = "libsystemd.so.0";

    public const byte MethodReturn = 2;
    public const byte MethodError = 3;
    public const byte Signal = 4;

    [LibraryImport(Library, EntryPoint = "sd_bus_new")]
    public static partial int New(out nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAddress(nint bus, string address);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_bus_client")]
    public static partial int SetBusClient(nint bus, int isBusClient);

    [LibraryImport(Library, EntryPoint = "sd_bus_start")]
    public static partial int Start(nint bus);

    /// <summary>Closes without flushing: a peer that does not read must not hold us up.</summary>
    [LibraryImport(Library, EntryPoint = "sd_bus_close_unref")]
    public static partial nint CloseUnref(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd")]
    public static partial int GetDescriptor(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_events")]
    public static partial int GetEvents(nint bus);

    /// <summary>Microseconds on CLOCK_MONOTONIC, or all ones for none.</summary>
    [LibraryImport(Library, EntryPoint = "sd_bus_get_timeout")]
    public static partial int GetTimeout(nint bus, out ulong deadline);

    [LibraryImport(Library, EntryPoint = "sd_bus_process")]
    public static partial int Process(nint bus, out nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_send")]
    public static partial int Send(nint bus, nint message, out ulong cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int NewMethodCall(
        nint bus, out nint message, string destination, string path, string interfaceName, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_unref")]
    public static partial nint Unref(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic")]
    public static partial int AppendBasic(nint message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_open_container", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenContainer(nint message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_close_container")]
    public static partial int CloseContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_basic")]
    public static partial int ReadBasic(nint message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_array")]
    public static partial int ReadArray(nint message, byte type, out void* items, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_enter_container", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int EnterContainer(nint message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_exit_container")]
    public static partial int ExitContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_skip", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Skip(nint message, string types);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_peek_type")]
    public static partial int PeekType(nint message, out byte type, out byte* contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_type")]
    public static partial int GetType(nint message, out byte type);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_reply_cookie")]
    public static partial int GetReplyCookie(nint message, out ulong cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_path")]
    public static partial byte* GetPath(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_interface")]
    public static partial byte* GetInterface(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_member")]
    public static partial byte* GetMember(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_error")]
    public static partial Error* GetError(nint message);

    /// <summary><c>sd_bus_error</c>: borrowed from the message, never freed by us.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Error
    {
        public byte* Name;
        public byte* Message;
        public int NeedsFree;
    }
}

using System.Runtime.InteropServices;

namespace Aetherscale.Systemd.Journal;

/// <summary>sd-journal of libsystemd (sd-journal(3)). Results below zero are negative errno values.</summary>
internal static unsafe partial class SdJournal
{
    public const int LocalOnly = 1;

    private const string Library = "libsystemd.so.0";

    [LibraryImport(Library, EntryPoint = "sd_journal_sendv")]
    public static partial int Send(Field* fields, int count);

    [LibraryImport(Library, EntryPoint = "sd_journal_open")]
    public static partial int Open(out nint journal, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_close")]
    public static partial void Close(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_match")]
    public static partial int AddMatch(nint journal, byte* data, nuint size);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_disjunction")]
    public static partial int AddDisjunction(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_realtime_usec")]
    public static partial int GetRealtime(nint journal, out ulong microseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_tail")]
    public static partial int SeekTail(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_previous")]
    public static partial int Previous(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_next")]
    public static partial int Next(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_data", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetData(nint journal, string field, out byte* data, out nuint size);

    [LibraryImport(Library, EntryPoint = "sd_journal_wait")]
    public static partial int Wait(nint journal, ulong microseconds);

    /// <summary><c>struct iovec</c>: one <c>NAME=value</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Field
    {
        public byte* Start;
        public nuint Length;
    }
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aetherscale.Systemd.Bus;

/// <summary>An eventfd with which any thread wakes the one that sleeps in poll(2).</summary>
internal sealed partial class WakeUp : IDisposable
{
    private const string LibraryName = "libc.so.6";
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const short PollIn = 1;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _event;

    public WakeUp()
    {
        _event = EventFd(0, CloseOnExec | NonBlocking);
        if (_event.IsInvalid)
        {
            throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Ends the present or the next <see cref="Wait"/>. From any thread.</summary>
    public void Signal() => EventFdWrite(_event, 1);

    /// <summary>Sleeps until the descriptor is ready, someone signals, or the time is up (-1: never).</summary>
    /// <param name="descriptor">-1 to wait for signals only.</param>
    /// <param name="events">What to wait for on it, as in poll(2).</param>
    /// <param name="milliseconds">At most this long.</param>
    public unsafe void Wait(int descriptor, int events, int milliseconds)
    {
        var entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = (int)_event.DangerousGetHandle(), Events = PollIn };
        entries[1] = new PollEntry { Descriptor = descriptor, Events = (short)events };
        if (Poll(entries, 2, milliseconds) < 0 && Marshal.GetLastPInvokeError() is var error && error != Interrupted)
        {
            throw new BusException("poll", error);
        }

        if (entries[0].Returned != 0)
        {
            _ = EventFdRead(_event, out _);
        }
    }

    public void Dispose() => _event.Dispose();

    [LibraryImport(LibraryName, EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFileHandle EventFd(uint value, int flags);

    [LibraryImport(LibraryName, EntryPoint = "eventfd_write")]
    private static partial int EventFdWrite(SafeFileHandle handle, ulong value);

    [LibraryImport(LibraryName, EntryPoint = "eventfd_read")]
    private static partial int EventFdRead(SafeFileHandle handle, out ulong value);

    [LibraryImport(LibraryName, EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
